"""The suite of KeyStore on the fake and on a real folder, and what a folder alone can show."""

import json
import secrets
from pathlib import Path

import pytest

from samspill_kit.testing.clocks import SetClock
from samspill_retention.domain.errors import RootKeyDoesNotFit
from samspill_retention.domain.ports import KeyStore
from samspill_retention.keystore.files import FileKeyStore
from services.retention.tests.contracts.key_store_port import KeyStoreContract, new_survey
from services.retention.tests.fakes import FakeKeyStore

ROOT_KEY = secrets.token_bytes(32)


class TestFakeKeyStore(KeyStoreContract):
    @pytest.fixture
    def keys(self) -> KeyStore:
        return FakeKeyStore()


class TestFileKeyStore(KeyStoreContract):
    @pytest.fixture
    def keys(self, tmp_path: Path) -> KeyStore:
        return FileKeyStore(tmp_path, ROOT_KEY, SetClock())


class ForgetfulKeyStore(FileKeyStore):
    """Says that a key is destroyed and leaves its file."""

    def destroy_survey_key(self, survey_id: object) -> None:
        return None


def test_the_suite_notices_a_key_that_was_not_destroyed(tmp_path: Path) -> None:
    """The control: a store that keeps the file must not pass."""
    keys = ForgetfulKeyStore(tmp_path, ROOT_KEY, SetClock())
    with pytest.raises(pytest.fail.Exception):
        KeyStoreContract().test_a_destroyed_key_is_gone_and_destroying_repeats(keys)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyStore:
    return FileKeyStore(tmp_path, ROOT_KEY, SetClock())


def test_keys_outlive_the_process(keys: FileKeyStore, tmp_path: Path) -> None:
    survey_id = new_survey()
    keys.create_survey_key(survey_id)
    again = FileKeyStore(tmp_path, ROOT_KEY, SetClock())
    assert again.survey_key(survey_id) == keys.survey_key(survey_id)
    assert again.receipt_key() == keys.receipt_key()


def test_a_destroyed_keys_file_is_gone_and_a_tombstone_stays(
    keys: FileKeyStore, tmp_path: Path
) -> None:
    """SPEC P1: no copy is left in the folder; the tombstone is an id and an instant (SPEC T6)."""
    survey_id = new_survey()
    keys.create_survey_key(survey_id)
    key = keys.survey_key(survey_id)
    for _ in range(2):
        keys.destroy_survey_key(survey_id)
    assert list((tmp_path / "surveys").iterdir()) == []
    lines = (tmp_path / "tombstones.jsonl").read_text().splitlines()
    assert [set(json.loads(line)) for line in lines] == [{"survey_id", "at"}]
    assert keys.tombstones() == {str(survey_id)}
    assert all(key not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_file_holds_the_key_wrapped_and_only_for_its_owner(
    keys: FileKeyStore, tmp_path: Path
) -> None:
    survey_id = new_survey()
    keys.create_survey_key(survey_id)
    (file,) = (tmp_path / "surveys").iterdir()
    assert keys.survey_key(survey_id) not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "surveys").stat().st_mode & 0o777 == 0o700


def test_another_root_key_opens_nothing_and_says_why(keys: FileKeyStore, tmp_path: Path) -> None:
    survey_id = new_survey()
    keys.create_survey_key(survey_id)
    wrong = FileKeyStore(tmp_path, secrets.token_bytes(32), SetClock())
    with pytest.raises(RootKeyDoesNotFit) as refused:
        wrong.survey_key(survey_id)
    assert refused.value.details == {"key": "surveys"}


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_of_another_length_is_refused_at_the_start(tmp_path: Path, length: int) -> None:
    with pytest.raises(RootKeyDoesNotFit) as refused:
        FileKeyStore(tmp_path, bytes(length), SetClock())
    assert refused.value.details == {"bytes": str(length)}


def test_a_key_moved_to_another_surveys_name_does_not_open(
    keys: FileKeyStore, tmp_path: Path
) -> None:
    one, other = new_survey(), new_survey()
    keys.create_survey_key(one)
    (tmp_path / "surveys" / f"{one}.key").rename(tmp_path / "surveys" / f"{other}.key")
    with pytest.raises(RootKeyDoesNotFit):
        keys.survey_key(other)


def test_two_replicas_that_make_a_key_at_once_agree(keys: FileKeyStore, tmp_path: Path) -> None:
    second = FileKeyStore(tmp_path, ROOT_KEY, SetClock())
    survey_id = new_survey()
    keys.create_survey_key(survey_id)
    second.create_survey_key(survey_id)
    assert second.survey_key(survey_id) == keys.survey_key(survey_id)
