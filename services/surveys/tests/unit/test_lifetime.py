"""When a survey dies: defaults, ceiling, and a service that acts alone (SPEC T1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspill_surveys.domain.errors import DeleteOnPastCeiling
from samspill_surveys.domain.lifetime import Lifetime, ceiling_of, end_of_school_year

DAYS = st.dates(date(2026, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (date(2026, 11, 23), date(2027, 6, 30)),
        (date(2027, 6, 29), date(2027, 6, 30)),
        (date(2027, 6, 30), date(2028, 6, 30)),
        (date(2027, 7, 1), date(2028, 6, 30)),
    ],
)
def test_the_school_year_ends_on_the_following_30_june(after: date, end: date) -> None:
    assert end_of_school_year(after=after) == end


@pytest.mark.parametrize(
    ("created", "ceiling"),
    [
        (date(2026, 11, 23), date(2030, 11, 23)),
        (date(2028, 2, 29), date(2032, 2, 29)),
        (date(2096, 2, 29), date(2100, 2, 28)),
    ],
)
def test_the_ceiling_is_four_years_after_creation(created: date, ceiling: date) -> None:
    assert ceiling_of(created) == ceiling


@given(created=DAYS, closes_after=st.integers(0, 3000))
def test_a_default_is_never_past_the_ceiling(created: date, closes_after: int) -> None:
    lifetime = Lifetime.planned(
        created_on=created, delete_on=None, closes_on=created + timedelta(days=closes_after)
    )

    assert lifetime.delete_on <= lifetime.ceiling_on


def test_a_wish_past_the_ceiling_is_refused_and_names_it() -> None:
    with pytest.raises(DeleteOnPastCeiling) as refused:
        Lifetime.planned(
            created_on=date(2026, 11, 23), delete_on=date(2031, 1, 1), closes_on=date(2026, 12, 1)
        )

    assert refused.value.details == {"ceiling_on": "2030-11-23"}


def test_a_service_acts_alone_a_week_after_the_day() -> None:
    lifetime = Lifetime(date(2027, 6, 30), date(2030, 11, 23))

    assert not lifetime.is_overdue(today=date(2027, 7, 6))
    assert lifetime.is_overdue(today=date(2027, 7, 7))


def test_at_the_ceiling_there_is_no_week_left() -> None:
    lifetime = Lifetime(date(2030, 11, 22), date(2030, 11, 23))

    assert not lifetime.is_overdue(today=date(2030, 11, 22))
    assert lifetime.is_overdue(today=date(2030, 11, 23))
