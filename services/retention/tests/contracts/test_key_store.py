"""The suite of KeyStore on the fake, on a folder and on a real Vault, and what a folder alone can show."""

import json
import secrets
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from samspill_kit.ids import SurveyId
from samspill_kit.testing.clocks import SetClock
from samspill_retention.domain.errors import KeyStoreUnavailable, RootKeyDoesNotFit
from samspill_retention.domain.ports import KeyStore
from samspill_retention.keystore.files import FolderPlace
from samspill_retention.keystore.root_key import RootKeyWrapping
from samspill_retention.keystore.store import KeyPlace, KeyWrapping, WrappedKeyStore
from services.retention.tests.contracts.key_store_port import KeyStoreContract, new_survey
from services.retention.tests.fakes import FakeKeyStore
from services.retention.tests.vault_rooms import Room

ROOT_KEY = secrets.token_bytes(32)


def store(place: KeyPlace, wrapping: KeyWrapping | None = None) -> WrappedKeyStore:
    return WrappedKeyStore(wrapping or RootKeyWrapping(ROOT_KEY), place, SetClock())


def everything_in(folder: Path) -> bytes:
    return b"|".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


class TestFakeKeyStore(KeyStoreContract):
    @pytest.fixture
    def keys(self) -> KeyStore:
        return FakeKeyStore()

    @pytest.fixture
    def replica(self, keys: KeyStore) -> KeyStore:
        return keys


class TestRootKeyAndFolder(KeyStoreContract):
    @pytest.fixture
    def keys(self, tmp_path: Path) -> KeyStore:
        return store(FolderPlace(tmp_path))

    @pytest.fixture
    def replica(self, tmp_path: Path) -> KeyStore:
        return store(FolderPlace(tmp_path))


class TestTransitAndFolder(KeyStoreContract):
    @pytest.fixture
    def keys(self, tmp_path: Path, room: Room) -> KeyStore:
        return store(FolderPlace(tmp_path), room.wrapping())

    @pytest.fixture
    def replica(self, tmp_path: Path, room: Room) -> KeyStore:
        return store(FolderPlace(tmp_path), room.wrapping())


class TestTransitAndKv(KeyStoreContract):
    @pytest.fixture
    def keys(self, room: Room) -> KeyStore:
        return store(room.place(), room.wrapping())

    @pytest.fixture
    def replica(self, room: Room) -> KeyStore:
        return store(room.place(), room.wrapping())


class TestRootKeyAndKv(KeyStoreContract):
    @pytest.fixture
    def keys(self, room: Room) -> KeyStore:
        return store(room.place())

    @pytest.fixture
    def replica(self, room: Room) -> KeyStore:
        return store(room.place())


class ForgetfulPlace(FolderPlace):
    """Says that a key is destroyed and leaves its file."""

    def destroy(self, name: str) -> None:
        return None


class HastyPlace(FolderPlace):
    """Replaces a key that another replica made meanwhile."""

    def __init__(self, directory: Path, *, slow_by: float) -> None:
        super().__init__(directory)
        self._slow_by = slow_by

    def add(self, name: str, wrapped: bytes) -> None:
        time.sleep(self._slow_by)
        self._path(name).write_bytes(wrapped)


class OverwritingPlace(FolderPlace):
    """Keeps one list of tombstones, read and written whole, as one entry for all would be."""

    def add_tombstone(self, survey_id: str, at: datetime) -> None:
        known = self.tombstones()
        time.sleep(0.05)
        lines = [json.dumps({"survey_id": each}) for each in (*known, survey_id)]
        (self._directory / "tombstones.jsonl").write_text("\n".join(lines))


async def test_the_suite_notices_a_key_that_was_not_destroyed(tmp_path: Path) -> None:
    """The control: a store that keeps the file must not pass."""
    keys = store(ForgetfulPlace(tmp_path))
    with pytest.raises(pytest.fail.Exception):
        await KeyStoreContract().test_a_destroyed_key_is_gone_and_destroying_repeats(keys, keys)


async def test_the_suite_notices_a_key_that_was_replaced(tmp_path: Path) -> None:
    """The control: the slower of two that make a key must not win."""
    keys, replica = (store(HastyPlace(tmp_path, slow_by=each)) for each in (0.1, 0.5))
    with pytest.raises(AssertionError):
        await KeyStoreContract().test_two_replicas_at_once_make_one_key(keys, replica)


async def test_the_suite_notices_a_tombstone_that_was_overwritten(tmp_path: Path) -> None:
    """The control: two who write the whole list at once lose each other's."""
    keys, replica = (store(OverwritingPlace(tmp_path)) for _ in range(2))
    suite = KeyStoreContract()
    with pytest.raises(AssertionError):
        await suite.test_every_destroyed_survey_is_remembered_also_by_two_at_once(keys, replica)


@pytest.fixture
def keys(tmp_path: Path) -> WrappedKeyStore:
    return store(FolderPlace(tmp_path))


async def test_a_folder_of_an_older_version_opens(tmp_path: Path) -> None:
    """Bytes that version 0.1.0 wrote, under the root key 00 01 … 1f."""
    written = (
        "0171b0fd25824b9caae44d2cb99e987d72c52528c3dd0683bc1407e6af7711bc8f"
        "cf969d5de142707e680482129d98ceda5abb70f81cd6dd762bb66593"
    )
    survey_id = SurveyId(UUID("0199c0de-0000-7000-8000-000000000001"))
    dead = "0199c0de-0000-7000-8000-000000000002"
    place = FolderPlace(tmp_path)
    (tmp_path / "surveys" / f"{survey_id}.key").write_bytes(bytes.fromhex(written))
    line = f'{{"survey_id": "{dead}", "at": "2026-11-23T08:00:00+00:00"}}\n'
    (tmp_path / "tombstones.jsonl").write_text(line)
    keys = store(place, RootKeyWrapping(bytes(range(32))))
    key = "ba57c92c4d6a5722d9f077b89d7efb46f7a59288601d970e4e1a72fbe1fcfa57"
    assert (await keys.survey_key(survey_id)).hex() == key
    assert await keys.tombstones() == {dead}


async def test_a_destroyed_keys_file_is_gone_and_a_tombstone_stays(
    keys: WrappedKeyStore, tmp_path: Path
) -> None:
    """The tombstone holds an id and an instant (SPEC T6)."""
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    key = await keys.survey_key(survey_id)
    for _ in range(2):
        await keys.destroy_survey_key(survey_id)
    assert list((tmp_path / "surveys").iterdir()) == []
    lines = (tmp_path / "tombstones.jsonl").read_text().splitlines()
    assert [set(json.loads(line)) for line in lines] == [{"survey_id", "at"}]
    assert await keys.tombstones() == {str(survey_id)}
    assert key not in everything_in(tmp_path)


async def test_a_tombstone_is_there_before_its_key_is_gone(tmp_path: Path) -> None:
    class FailingPlace(FolderPlace):
        def destroy(self, name: str) -> None:
            raise KeyStoreUnavailable

    keys = store(FailingPlace(tmp_path))
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    with pytest.raises(KeyStoreUnavailable):
        await keys.destroy_survey_key(survey_id)
    assert await keys.tombstones() == {str(survey_id)}


async def test_a_file_holds_the_key_wrapped_and_only_for_its_owner(
    keys: WrappedKeyStore, tmp_path: Path
) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    (file,) = (tmp_path / "surveys").iterdir()
    assert await keys.survey_key(survey_id) not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "surveys").stat().st_mode & 0o777 == 0o700


async def test_another_root_key_opens_nothing_says_why_and_is_not_ready(
    keys: WrappedKeyStore, tmp_path: Path
) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    assert await keys.answers()
    wrong = store(FolderPlace(tmp_path), RootKeyWrapping(secrets.token_bytes(32)))
    with pytest.raises(RootKeyDoesNotFit) as refused:
        await wrong.survey_key(survey_id)
    assert refused.value.details == {"setting": "ROOT_KEY_FILE", "part": "surveys"}
    assert not await wrong.answers()


async def test_a_file_that_was_cut_off_does_not_open(keys: WrappedKeyStore, tmp_path: Path) -> None:
    survey_id = new_survey()
    await keys.create_survey_key(survey_id)
    path = tmp_path / "surveys" / f"{survey_id}.key"
    for length in (60, 20, 8, 1, 0):
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(RootKeyDoesNotFit):
            await keys.survey_key(survey_id)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_of_another_length_is_refused_at_the_start(length: int) -> None:
    with pytest.raises(RootKeyDoesNotFit) as refused:
        RootKeyWrapping(bytes(length))
    assert refused.value.details == {"setting": "ROOT_KEY_FILE", "bytes": str(length)}


async def test_a_key_moved_to_another_surveys_name_does_not_open(
    keys: WrappedKeyStore, tmp_path: Path
) -> None:
    one, other = new_survey(), new_survey()
    await keys.create_survey_key(one)
    (tmp_path / "surveys" / f"{one}.key").rename(tmp_path / "surveys" / f"{other}.key")
    with pytest.raises(RootKeyDoesNotFit):
        await keys.survey_key(other)
