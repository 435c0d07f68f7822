"""What every keeper of municipalities and schools promises."""

from dataclasses import replace

import pytest

from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.errors import OrganisationNumberWrong
from samspill_identity.domain.ports import Schools
from samspill_identity.domain.schools import municipality_id_of
from services.identity.tests.fakes import HAUG, KOMMUNE, TUN

SET = Ceilings(("nb", "nn"), 365, own_questions=False, free_text_bands=("8-10",))


class SchoolsContract:
    async def test_schools_come_by_name(self, schools: Schools) -> None:
        assert list(await schools.all()) == [HAUG, TUN]
        assert list(await schools.municipalities()) == [KOMMUNE]

    async def test_a_closed_school_is_its_municipalitys_alone_until_opened(
        self, schools: Schools
    ) -> None:
        closed = replace(HAUG, is_open=False)
        await schools.set_open(closed)
        assert list(await schools.all()) == [TUN]
        assert list(await schools.of_municipality(KOMMUNE.id)) == [closed, TUN]
        await schools.open(KOMMUNE, [HAUG, TUN])
        assert list(await schools.all()) == [TUN]
        await schools.set_open(HAUG)
        assert list(await schools.all()) == [HAUG, TUN]

    async def test_another_municipality_cannot_take_a_school(self, schools: Schools) -> None:
        taken = replace(TUN, municipality_id=municipality_id_of("888888888"), name="Min skole")
        with pytest.raises(OrganisationNumberWrong):
            await schools.set_open(taken)
        assert list(await schools.all()) == [HAUG, TUN]
        assert not await schools.of_municipality(taken.municipality_id)

    async def test_a_school_that_nobody_leads_has_an_empty_place(self, schools: Schools) -> None:
        leaders = await schools.leaders_of([HAUG, TUN])
        assert {school: list(each) for school, each in leaders.items()} == {
            HAUG.id: [],
            TUN.id: [],
        }

    async def test_ceilings_are_the_defaults_until_set(self, schools: Schools) -> None:
        assert await schools.ceilings(KOMMUNE.id) == Ceilings()
        await schools.set_ceilings(KOMMUNE.id, SET)
        assert await schools.ceilings(KOMMUNE.id) == SET
