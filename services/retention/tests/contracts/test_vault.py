"""What Vault alone can show: destruction, least privilege, logins, and what happens without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import hvac
import pytest
from hvac.exceptions import Forbidden, InvalidPath, VaultError

from samspill_kit.errors import DomainError
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port
from samspill_kit.testing.clocks import SetClock
from samspill_retention.domain.errors import (
    KeyStoreDenied,
    KeyStoreNotFit,
    KeyStoreUnavailable,
    RootKeyDoesNotFit,
)
from samspill_retention.keystore.kv import KvPlace
from samspill_retention.keystore.store import ANSWER_HOLDS_FOR, WrappedKeyStore
from samspill_retention.keystore.vault import TokenFile, Vault
from services.retention.tests.contracts.key_store_port import new_school, new_survey
from services.retention.tests.vault_rooms import Room
from services.retention.tests.vault_server import VaultServer


def store(room: Room, vault: Vault | None = None, clock: SetClock | None = None) -> WrappedKeyStore:
    return WrappedKeyStore(room.wrapping(vault), room.place(vault), clock or SetClock())


@pytest.fixture
def keys(room: Room) -> WrappedKeyStore:
    return store(room)


@pytest.fixture
def kv(vault_server: VaultServer) -> Any:
    """The engine as an administrator sees it."""
    return vault_server.root.secrets.kv.v2


def brought_back(kv: Any, room: Room, name: str) -> bool:
    """Whether an administrator can make the key readable again, with all that KV offers."""
    at = {"path": f"{room.prefix}/{name}", "mount_point": room.mount}
    try:
        versions = [int(n) for n in kv.read_secret_metadata(**at)["data"]["versions"]]
        kv.undelete_secret_versions(versions=versions, **at)
        return bool(kv.read_secret_version(raise_on_deleted_version=True, **at)["data"]["data"])
    except InvalidPath:
        return False


async def test_a_destroyed_key_cannot_be_brought_back(
    keys: WrappedKeyStore, room: Room, kv: Any
) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    assert brought_back(kv, room, f"surveys/{survey_id}")
    await keys.destroy_survey_key(survey_id)
    assert not brought_back(kv, room, f"surveys/{survey_id}")
    (left,) = kv.list_secrets(path=room.prefix, mount_point="kv")["data"]["keys"]
    assert left == "tombstones/"


async def test_an_ordinary_delete_would_only_hide_the_key(room: Room, kv: Any) -> None:
    """The control: a store that uses it says that the key is gone, and the check above notices."""

    class HidingPlace(KvPlace):
        def destroy(self, name: str) -> None:
            kv.delete_latest_version_of_secret(f"{self._prefix}/{name}", mount_point=self._mount)

    place = HidingPlace(room.vault(), mount=room.mount, prefix=room.prefix)
    place.add("surveys/one", b"wrapped")
    place.destroy("surveys/one")
    assert place.find("surveys/one") is None
    assert brought_back(kv, room, "surveys/one")


async def test_what_lies_in_kv_is_no_key(keys: WrappedKeyStore, room: Room) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    wrapped = room.place().find(f"surveys/{survey_id}")
    assert wrapped
    assert wrapped.startswith(b"vault:v")
    assert await keys.survey_key(survey_id) not in wrapped


async def test_a_tombstone_holds_an_instant_and_stays_as_it_was_first(room: Room, kv: Any) -> None:
    survey_id, clock = new_survey(), SetClock()
    keys = store(room, clock=clock)
    first = clock.now().isoformat(timespec="seconds")
    for _ in range(2):
        await keys.destroy_survey_key(survey_id)
        clock.advance(timedelta(days=1))
    path = f"{room.prefix}/tombstones/{survey_id}"
    found = kv.read_secret_version(path, mount_point="kv", raise_on_deleted_version=True)
    assert found["data"]["data"] == {"at": first}
    assert found["data"]["metadata"]["version"] == 1


async def test_a_key_moved_to_another_surveys_name_does_not_open(
    keys: WrappedKeyStore, room: Room
) -> None:
    one, other = new_survey(), new_survey()
    await keys.create_survey_key(one)
    wrapped = room.place().find(f"surveys/{one}")
    assert wrapped
    room.place().add(f"surveys/{other}", wrapped)
    with pytest.raises(RootKeyDoesNotFit):
        await keys.survey_key(other)


async def test_another_root_key_opens_nothing_and_says_why(
    keys: WrappedKeyStore, room: Room
) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    transit = room.server.root.secrets.transit
    transit.create_key("another")
    root = TokenFile(written(room, "root-token", room.server.root.token))
    wrong = store(room.but(transit_key="another"), room.vault(root))
    with pytest.raises(RootKeyDoesNotFit) as refused:
        await wrong.survey_key(survey_id)
    assert refused.value.details == {"setting": "VAULT_TRANSIT_KEY", "part": "surveys"}
    room.place().add("surveys/foreign", bytes(range(128, 189)))
    with pytest.raises(RootKeyDoesNotFit):
        room.wrapping().unwrap(bytes(range(128, 189)), "surveys/foreign")


async def test_a_rotated_root_key_still_opens_what_an_older_one_wrapped(
    keys: WrappedKeyStore, room: Room
) -> None:
    before, after = new_survey(), new_survey()
    await keys.create_survey_key(before)
    key = await keys.survey_key(before)
    version = room.server.root.secrets.transit.read_key(room.transit_key)["data"]["latest_version"]
    room.server.root.secrets.transit.rotate_key(room.transit_key)
    await keys.create_survey_key(after)
    assert await keys.survey_key(before) == key
    wrapped = room.place().find(f"surveys/{after}")
    assert wrapped
    assert wrapped.startswith(b"vault:v%d:" % (version + 1))


async def test_vaults_own_rewrap_cannot_be_used(keys: WrappedKeyStore, room: Room) -> None:
    """It takes no associated data; docs/privacy/keys.md says so, until a new Vault does."""
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    wrapped = room.place().find(f"surveys/{survey_id}")
    assert wrapped
    with pytest.raises(VaultError):
        room.server.root.secrets.transit.rewrap_data(room.transit_key, wrapped.decode())


USE = {"plaintext": ""}
FIRST = {"versions": [1]}
FORBIDDEN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "export the root key": ("get", "transit/export/encryption-key/samspill", {}),
    "look at the root key": ("get", "transit/keys/samspill", {}),
    "rotate the root key": ("post", "transit/keys/samspill/rotate", {}),
    "take a backup of the root key": ("get", "transit/backup/samspill", {}),
    "use another root key, or make one": ("post", "transit/encrypt/other", USE),
    "forget a tombstone": ("delete", "kv/metadata/{own}/tombstones/one", {}),
    "destroy a tombstone": ("post", "kv/destroy/{own}/tombstones/one", FIRST),
    "destroy the pepper": ("post", "kv/destroy/{own}/installation/pepper", FIRST),
    "forget a school's key": ("delete", "kv/metadata/{own}/schools/one", {}),
    "hide a survey's key": ("delete", "kv/data/{own}/surveys/one", {}),
    "list the surveys": ("list", "kv/metadata/{own}/surveys", {}),
    "let a key run out": ("post", "kv/metadata/{own}/surveys/one", {"max_versions": 1}),
    "see another installation": ("get", "kv/data/other/surveys/one", {}),
    "change the engine": ("post", "kv/config", {"max_versions": 0}),
}


def tried(client: hvac.Client, what: str, room: Room) -> None:
    method, path, body = FORBIDDEN[what]
    more = {"json": body} if method == "post" else {}
    getattr(client.adapter, method)(f"/v1/{path.format(own=room.prefix)}", **more)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_role_may_not(what: str, room: Room) -> None:
    vault = room.vault()
    room.place(vault).add("surveys/one", b"wrapped")
    with pytest.raises(KeyStoreDenied) as refused:
        vault.ask(lambda client: tried(client, what, room), about="THE_PATH")
    assert isinstance(refused.value.__cause__, Forbidden)
    assert refused.value.details == {"setting": "THE_PATH"}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_an_administrator_is_not_told_the_same(what: str, room: Room) -> None:
    """The control: it is the policy that forbids, not a path that nobody could use."""
    room.place().add("surveys/one", b"wrapped")
    try:
        tried(room.server.root, what, room)
    except Forbidden:
        pytest.fail("forbidden to everybody")
    except VaultError:
        pass  # There is no such thing, or not in this way.


def written(room: Room, name: str, content: str) -> Path:
    path = room.server.folder / f"{room.prefix}-{name}"
    path.write_text(f"{content}\n")
    return path


async def code_of(answer: Awaitable[object]) -> str:
    with pytest.raises(DomainError) as refused:
        await answer
    return refused.value.code


class CountedLogin:
    """Counts how often Vault is asked for a token."""

    settings = "none"

    def __init__(self, room: Room) -> None:
        self._login = room.login()
        self.times = 0

    def token(self, client: hvac.Client) -> str:
        self.times += 1
        return self._login.token(client)


async def test_a_token_that_ran_out_is_replaced_once(room: Room) -> None:
    room.server.role(room.prefix, token_ttl="1s")
    login = CountedLogin(room)
    keys = store(room, room.vault(login))
    first = await keys.pepper()
    assert login.times == 1
    await asyncio.sleep(2)
    assert set(await asyncio.gather(*(keys.pepper() for _ in range(4)))) == {first}
    assert login.times == 2


async def test_an_exchanged_secret_id_is_read_at_the_next_login(room: Room) -> None:
    room.server.role(room.prefix, token_ttl="1s")
    keys = store(room)
    first = await keys.pepper()
    old = room.role.secret_id_file.read_text().strip()
    room.server.role(room.prefix)
    assert room.role.secret_id_file.read_text().strip() != old
    room.server.root.auth.approle.destroy_secret_id(room.prefix, secret_id=old)
    await asyncio.sleep(2)
    assert await keys.pepper() == first


async def test_a_token_file_is_read_again_when_its_token_is_refused(room: Room) -> None:
    root = room.server.root

    def token() -> str:
        made = root.auth.token.create(policies=[room.prefix], no_default_policy=True)
        return str(made["auth"]["client_token"])

    file = written(room, "token", token())
    keys = store(room, room.vault(TokenFile(file)))
    first = await keys.pepper()
    root.auth.token.revoke(file.read_text().strip())
    with pytest.raises(KeyStoreDenied) as refused:
        await keys.pepper()
    assert refused.value.details == {"setting": "VAULT_TOKEN_FILE"}
    file.write_text(token())
    assert await keys.pepper() == first


async def test_a_wrong_login_is_denied_and_a_missing_file_too(room: Room) -> None:
    room.role.secret_id_file.write_text("wrong")
    with pytest.raises(KeyStoreDenied) as refused:
        await store(room).pepper()
    assert refused.value.details == {"setting": "VAULT_ROLE_ID_FILE+VAULT_SECRET_ID_FILE"}
    room.role.secret_id_file.unlink()
    with pytest.raises(KeyStoreUnavailable) as missing:
        await store(room).pepper()
    assert missing.value.details == refused.value.details


async def test_a_missing_engine_is_not_taken_for_a_destroyed_key(room: Room) -> None:
    root = TokenFile(written(room, "root-token", room.server.root.token))
    for vault in (room.vault(), room.vault(root)):
        keys = store(room.but(mount="nowhere"), vault)
        assert await code_of(keys.survey_key(new_survey())) == "key_store_denied"


async def test_a_vault_of_another_authority_gets_no_secret(room: Room, tmp_path: Path) -> None:
    Authority().write(tmp_path, ["vault"])
    vault = room.vault(authority=tmp_path / "vault" / "ca.crt")
    assert await code_of(store(room, vault).pepper()) == "key_store_unavailable"


async def test_nobody_listening_is_unavailable(room: Room) -> None:
    vault = room.vault(address=f"https://127.0.0.1:{free_port()}")
    with pytest.raises(KeyStoreUnavailable) as refused:
        await store(room, vault).pepper()
    assert refused.value.details == {"setting": "VAULT_ADDRESS"}


@pytest.fixture
def unfit(room: Room) -> Iterator[Any]:
    """A function that mounts an engine, which is gone with the test."""
    root, made = room.server.root, []

    def mount(version: str) -> Room:
        name = f"{room.prefix}-v{version}"
        root.sys.enable_secrets_engine("kv", path=name, options={"version": version})
        root.sys.create_or_update_policy(
            room.prefix,
            f'path "{name}/*" {{ capabilities = ["create", "read", "update", "list"] }}',
        )
        made.append(name)
        return room.but(mount=name)

    yield mount
    for name in made:
        root.sys.disable_secrets_engine(name)


def test_an_engine_without_versions_is_refused_and_keeps_what_it_has(unfit: Any) -> None:
    room = unfit("1")
    with pytest.raises(KeyStoreNotFit) as refused:
        room.place().add("surveys/one", b"first")
    assert refused.value.details == {"setting": "VAULT_KV_MOUNT", "reason": "not_version_2"}
    with pytest.raises(KeyStoreNotFit):
        room.place().find("surveys/one")


def test_an_engine_that_forgets_by_itself_is_refused(unfit: Any) -> None:
    room = unfit("2")
    kv = room.server.root.secrets.kv.v2
    deadline = time.monotonic() + 10
    while True:  # A mount of version 2 sets itself up after it was made.
        try:
            kv.configure(delete_version_after="8760h", mount_point=room.mount)
            break
        except VaultError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    for attempt in (partial(room.place().add, "surveys/one", b"x"), reading(room)):
        with pytest.raises(KeyStoreNotFit) as refused:
            attempt()
        assert refused.value.details["reason"] == "delete_version_after"


def reading(room: Room) -> Callable[[], object]:
    return partial(room.place().find, "surveys/one")


async def silent() -> asyncio.Server:
    async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    return await asyncio.start_server(hold, "127.0.0.1", 0)


async def longest_pause(work: Awaitable[object]) -> float:
    """How long the loop stood still, at the worst, until the work was done."""
    pauses, task = [0.0], asyncio.ensure_future(work)
    while not task.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        pauses.append(time.monotonic() - before - 0.01)
    await asyncio.gather(task, return_exceptions=True)
    return max(pauses)


async def test_a_vault_that_hangs_does_not_stop_the_loop(room: Room) -> None:
    server = await silent()
    address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    vault = room.vault(address=address, timeout=timedelta(seconds=1.5))
    keys = store(room, vault)

    async def in_the_loop() -> None:
        room.place(vault).find("surveys/one")

    assert await longest_pause(keys.survey_key(new_survey())) < 1
    # The control: the same call outside the store's threads is noticed.
    assert await longest_pause(in_the_loop()) > 1
    assert await code_of(keys.pepper()) == "key_store_unavailable"
    server.close()


async def test_keys_outlive_vault_and_readiness_tells_when_it_is_away(room: Room) -> None:
    clock, server = SetClock(), room.server
    keys = store(room, clock=clock)
    survey_id, school = new_survey(), new_school()
    await keys.create_survey_key(survey_id)
    before = [await keys.survey_key(survey_id), await keys.school_key(school)]
    assert await keys.answers()

    server.seal()
    assert await keys.answers(), "a good answer holds for a while"
    clock.advance(ANSWER_HOLDS_FOR)
    assert not await keys.answers()
    assert await code_of(keys.survey_key(survey_id)) == "key_store_unavailable"
    assert await code_of(keys.destroy_survey_key(survey_id)) == "key_store_unavailable"
    server.unseal()
    assert await keys.answers()

    await asyncio.to_thread(server.stop)
    with pytest.raises(KeyStoreUnavailable):
        await keys.survey_key(survey_id)
    await asyncio.to_thread(server.start)
    assert [await keys.survey_key(survey_id), await keys.school_key(school)] == before
