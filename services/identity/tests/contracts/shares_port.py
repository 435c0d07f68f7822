"""What every keeper of shares promises."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta

from samspill_identity.domain.ports import Work
from samspill_identity.domain.surveys import RecordedSurvey, Share
from samspill_kit.ids import GroupId, RandomIds, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
IDS = RandomIds()
Begin = Callable[[SchoolId], AbstractAsyncContextManager[Work]]


class Place:
    """A new school with two surveys."""

    def __init__(self, begin: Begin) -> None:
        self.begin = begin
        self.school_id = IDS.new(SchoolId)
        self.first, self.second = IDS.new(SurveyId), IDS.new(SurveyId)
        self.kari, self.tor = IDS.new(StaffId), IDS.new(StaffId)

    async def prepared(self) -> "Place":
        async with self.begin(self.school_id) as work:
            for survey_id in (self.first, self.second):
                await work.surveys.save(
                    RecordedSurvey(
                        survey_id,
                        self.school_id,
                        IDS.new(StaffId),
                        (IDS.new(GroupId),),
                        date(2027, 7, 31),
                        date(2030, 1, 1),
                    )
                )
            await work.commit()
        return self

    def share(self, survey_id: SurveyId, staff_id: StaffId, *, minutes: int = 0) -> Share:
        return Share(
            survey_id, staff_id, Level.NAMED, IDS.new(StaffId), NOW + timedelta(minutes=minutes)
        )

    async def keep(self, *shares: Share) -> None:
        async with self.begin(self.school_id) as work:
            for share in shares:
                await work.shares.put(share)
            await work.commit()


class SharesContract:
    async def test_shares_are_found_by_survey_and_by_person(self, place: Place) -> None:
        early, late = (
            place.share(place.first, place.tor),
            place.share(place.second, place.tor, minutes=5),
        )
        other = place.share(place.first, place.kari, minutes=1)
        await place.keep(late, other, early)
        async with place.begin(place.school_id) as work:
            assert list(await work.shares.of_survey(place.first)) == [early, other]
            assert list(await work.shares.of_staff(place.tor)) == [late, early]

    async def test_a_later_share_with_the_same_colleague_takes_its_place(
        self, place: Place
    ) -> None:
        first = place.share(place.first, place.tor)
        again = Share(
            place.first, place.tor, Level.AGGREGATE, place.kari, NOW, sealed_reason=b"why"
        )
        await place.keep(first, again)
        async with place.begin(place.school_id) as work:
            assert list(await work.shares.of_survey(place.first)) == [again]

    async def test_a_share_ends_once(self, place: Place) -> None:
        kept = place.share(place.second, place.tor)
        await place.keep(place.share(place.first, place.tor), kept)
        async with place.begin(place.school_id) as work:
            assert await work.shares.end(place.first, place.tor)
            assert not await work.shares.end(place.first, place.tor)
            await work.commit()
        async with place.begin(place.school_id) as work:
            assert list(await work.shares.of_staff(place.tor)) == [kept]

    async def test_all_that_is_shared_with_a_person_ends(self, place: Place) -> None:
        others = place.share(place.first, place.kari)
        await place.keep(
            place.share(place.first, place.tor), place.share(place.second, place.tor), others
        )
        async with place.begin(place.school_id) as work:
            await work.shares.end_of_staff(place.tor)
            await work.commit()
        async with place.begin(place.school_id) as work:
            assert not await work.shares.of_staff(place.tor)
            assert list(await work.shares.of_survey(place.first)) == [others]

    async def test_what_was_not_committed_was_not_shared(self, place: Place) -> None:
        async with place.begin(place.school_id) as work:
            await work.shares.put(place.share(place.first, place.tor))
        async with place.begin(place.school_id) as work:
            assert not await work.shares.of_staff(place.tor)

    async def test_another_school_sees_no_share(self, place: Place) -> None:
        await place.keep(place.share(place.first, place.tor))
        async with place.begin(IDS.new(SchoolId)) as work:
            assert not await work.shares.of_survey(place.first)
            assert not await work.shares.of_staff(place.tor)
            await work.shares.end_of_staff(place.tor)
            await work.commit()
        async with place.begin(place.school_id) as work:
            assert await work.shares.of_staff(place.tor)
