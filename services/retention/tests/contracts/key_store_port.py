"""What every key store promises (SPEC P1)."""

from uuid import uuid4

import pytest

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.errors import KeyIsGone
from samspill_retention.domain.ports import KeyStore


def new_survey() -> SurveyId:
    return SurveyId(uuid4())


class KeyStoreContract:
    """Subclasses give `keys`."""

    def test_each_survey_has_a_key_of_its_own(self, keys: KeyStore) -> None:
        surveys = [new_survey() for _ in range(3)]
        for survey_id in surveys:
            keys.create_survey_key(survey_id)
        found = {keys.survey_key(survey_id) for survey_id in surveys}
        assert len(found) == 3
        assert {len(key) for key in found} == {32}

    def test_creating_again_leaves_the_key(self, keys: KeyStore) -> None:
        survey_id = new_survey()
        keys.create_survey_key(survey_id)
        first = keys.survey_key(survey_id)
        keys.create_survey_key(survey_id)
        assert keys.survey_key(survey_id) == first

    def test_a_destroyed_key_is_gone_and_destroying_repeats(self, keys: KeyStore) -> None:
        survey_id, other = new_survey(), new_survey()
        for each in (survey_id, other):
            keys.create_survey_key(each)
        for _ in range(2):
            keys.destroy_survey_key(survey_id)
        with pytest.raises(KeyIsGone):
            keys.survey_key(survey_id)
        assert len(keys.survey_key(other)) == 32

    def test_a_key_never_made_is_gone(self, keys: KeyStore) -> None:
        with pytest.raises(KeyIsGone):
            keys.survey_key(new_survey())

    def test_school_keys_and_the_pepper_stay_the_same(self, keys: KeyStore) -> None:
        one, other = SchoolId(uuid4()), SchoolId(uuid4())
        assert keys.school_key(one) == keys.school_key(one)
        assert keys.school_key(one) != keys.school_key(other)
        assert keys.pepper() == keys.pepper()
        assert len(keys.pepper()) == 32
