"""What every key store promises (SPEC P1)."""

import asyncio
from uuid import uuid4

import pytest

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.errors import KeyIsGone
from samspill_retention.domain.ports import KeyStore


def new_survey() -> SurveyId:
    return SurveyId(uuid4())


def new_school() -> SchoolId:
    return SchoolId(uuid4())


class KeyStoreContract:
    """Subclasses give `keys`, and `replica`: another process' view of the same store."""

    async def test_each_survey_has_a_key_of_its_own(self, keys: KeyStore) -> None:
        surveys = [new_survey() for _ in range(3)]
        for survey_id in surveys:
            await keys.create_survey_key(survey_id)
        found = {await keys.survey_key(survey_id) for survey_id in surveys}
        assert len(found) == 3
        assert {len(key) for key in found} == {32}

    async def test_creating_again_leaves_the_key(self, keys: KeyStore, replica: KeyStore) -> None:
        survey_id = new_survey()
        await keys.create_survey_key(survey_id)
        first = await keys.survey_key(survey_id)
        for again in (keys, replica):
            await again.create_survey_key(survey_id)
            assert await again.survey_key(survey_id) == first

    async def test_a_destroyed_key_is_gone_and_destroying_repeats(
        self, keys: KeyStore, replica: KeyStore
    ) -> None:
        survey_id, other = new_survey(), new_survey()
        for each in (survey_id, other):
            await keys.create_survey_key(each)
        for _ in range(2):
            await keys.destroy_survey_key(survey_id)
        for view in (keys, replica):
            with pytest.raises(KeyIsGone):
                await view.survey_key(survey_id)
        assert len(await keys.survey_key(other)) == 32

    async def test_a_key_never_made_is_gone(self, keys: KeyStore) -> None:
        with pytest.raises(KeyIsGone):
            await keys.survey_key(new_survey())

    async def test_school_keys_pepper_and_receipt_key_stay_the_same(
        self, keys: KeyStore, replica: KeyStore
    ) -> None:
        one, other = new_school(), new_school()
        first = [await keys.school_key(one), await keys.pepper(), await keys.receipt_key()]
        again = [
            await replica.school_key(one),
            await replica.pepper(),
            await replica.receipt_key(),
        ]
        assert again == first
        assert len({*first, await keys.school_key(other)}) == 4
        assert {len(key) for key in first} == {32}

    async def test_two_replicas_at_once_make_one_key(
        self, keys: KeyStore, replica: KeyStore
    ) -> None:
        school = new_school()
        one, other = await asyncio.gather(keys.school_key(school), replica.school_key(school))
        assert one == other == await keys.school_key(school)

    async def test_every_destroyed_survey_is_remembered_also_by_two_at_once(
        self, keys: KeyStore, replica: KeyStore
    ) -> None:
        living, dead = new_survey(), [new_survey() for _ in range(6)]
        for survey_id in (living, *dead):
            await keys.create_survey_key(survey_id)
        views = (keys, replica, keys)
        await asyncio.gather(
            *(views[n % 3].destroy_survey_key(each) for n, each in enumerate([*dead, *dead]))
        )
        for view in (keys, replica):
            remembered = await view.tombstones()
            assert remembered >= set(map(str, dead))
            assert str(living) not in remembered
