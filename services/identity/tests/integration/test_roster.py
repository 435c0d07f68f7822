"""Imports through the running service (SPEC I5)."""

from uuid import uuid4

import pytest

from samspill.identity.v1 import roster_pb2
from samspill_kit.errors import DomainError, Forbidden, NotFound
from services.identity.tests.integration.running import HAUG, RunningService


async def test_bad_rows_leave_nothing_to_confirm(running: RunningService) -> None:
    leader = await running.leader()
    preview = await leader.imports("Navn;Klasse;Adresse\nKari K;1H;Veien 1\n;1H;\n")
    assert preview.import_id == ""
    assert [(row.row, row.code) for row in preview.bad_rows] == [(3, "roster_name_missing")]
    assert list(preview.dropped_columns) == ["Adresse"]


async def test_an_import_is_confirmed_once_and_by_its_own_person(running: RunningService) -> None:
    leader, other = await running.leader(), await running.leader("En annen")
    preview = await leader.imports("Navn;Klasse\nKari K;1I\n")
    with pytest.raises(NotFound):
        await other.confirms(preview.import_id)
    await leader.confirms(preview.import_id)
    for import_id in (preview.import_id, str(uuid4())):
        with pytest.raises(NotFound):
            await leader.confirms(import_id)


async def test_ambiguous_names_are_asked_about(running: RunningService) -> None:
    leader = await running.leader(orgnr=HAUG)
    first = await leader.imports("Navn;Klasse\nOla Li;1J\nOla Li;2J\n")
    await leader.confirms(first.import_id)
    preview = await leader.imports("Navn;Kjønn;Klasse\nOla Li;gutt;Kor\n")
    [listed] = preview.pupils
    assert listed.match == roster_pb2.IMPORT_MATCH_AMBIGUOUS
    assert sorted(one.group_names for one in listed.candidates) == ["1J", "2J"]
    with pytest.raises(DomainError) as undecided:
        await leader.confirms(preview.import_id)
    assert undecided.value.code == "import_undecided"
    chosen = next(one.pupil_id for one in listed.candidates if one.group_names == "1J")
    result = await leader.confirms(preview.import_id, r2=chosen)
    assert (result.known_pupils, result.new_pupils, result.new_groups) == (1, 0, 1)
    group = await leader.group("Kor")
    answer = await leader.asks(
        running.roster_queries.ListPupils, roster_pb2.ListPupilsRequest(group_ids=[group])
    )
    assert [(one.pupil_id, one.gender) for one in answer.pupils] == [
        (chosen, roster_pb2.GENDER_BOY)
    ]


async def test_a_teacher_without_the_right_imports_nothing(running: RunningService) -> None:
    teacher = await running.teacher()
    with pytest.raises(Forbidden) as refused:
        await teacher.imports("Navn;Klasse\nKari K;1K\n")
    assert dict(refused.value.details) == {"who_can": "leader"}


async def test_another_schools_group_does_not_exist(running: RunningService) -> None:
    leader, stranger = await running.leader(), await running.leader("Fremmed", HAUG)
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;1L\n")).import_id)
    codes = set()
    for group in (await leader.group("1L"), str(uuid4())):
        with pytest.raises(NotFound) as missing:
            await stranger.asks(
                running.roster_queries.ListPupils, roster_pb2.ListPupilsRequest(group_ids=[group])
            )
        codes.add((missing.value.code, tuple(missing.value.details.items())))
    assert len(codes) == 1


async def test_four_thousand_pupils_are_imported(running: RunningService) -> None:
    leader = await running.leader("Stor Leder", HAUG)
    rows = "".join(f"Elev Nummer {number};Trinn {number % 40}\n" for number in range(4000))
    preview = await leader.imports(f"Navn;Klasse\n{rows}")
    result = await leader.confirms(preview.import_id)
    assert (result.new_pupils, result.new_groups) == (4000, 40)
