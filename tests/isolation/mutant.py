"""Starts a service with one of its checks removed: `python -m tests.isolation.mutant NAME samspill_X serve`."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Mutant:
    service: str
    remove: Callable[[], None]
    among: str
    """Attempts on the RPCs whose name holds this must catch it."""


class _Everyone(frozenset[str]):
    def __contains__(self, _one: object) -> bool:
        return True


def _nothing(*_args: object, **_more: object) -> None:
    """Stands where a check stood."""


def _silence(module: str, name: str) -> Callable[[], None]:
    def remove() -> None:
        where: Any = import_module(module)
        *path, last = name.split(".")
        for each in path:
            where = getattr(where, each)
        setattr(where, last, _nothing)

    return remove


def _any_caller() -> None:
    guard: Any = import_module("samspill_kit.grpc.guard")
    around = guard.Guard.around

    def open_to_all(self: Any, name: str, method: Any, admission: Any) -> Any:
        return around(self, name, method, guard.Admission(_Everyone(), admission.passport))

    guard.Guard.around = open_to_all


def _any_kind() -> None:
    guard: Any = import_module("samspill_kit.grpc.guard")
    call: Any = import_module("samspill_kit.grpc.call")
    principal = guard.Guard._principal

    async def of_any_kind(self: Any, wanted: Any, token: Any, caller: str) -> Any:
        if wanted is guard.Passport.NONE or not token:
            return await principal(self, wanted, token, caller)
        return await self.passports.read(token)

    guard.Guard._principal = of_any_kind
    call._person = lambda _kind: call.current().principal


def _any_audience() -> None:
    reading: Any = import_module("samspill_kit.auth.reading")
    reading._TokenReader._is_ours = lambda _self, claims: claims["iss"] == reading.ISSUER


def _no_expiry() -> None:
    reading: Any = import_module("samspill_kit.auth.reading")
    reading.LEEWAY = timedelta(days=1)


def _no_signature() -> None:
    reading: Any = import_module("samspill_kit.auth.reading")

    async def believing(self: Any, token: str, _now: float) -> Any:
        try:
            claims = reading._json_object(reading.jws.extract_compact(token.encode()).payload)
            return self._rules.value_of(claims), claims["exp"] + reading.LEEWAY.total_seconds()
        except (reading.JoseError, KeyError, TypeError, ValueError, AttributeError):
            raise self._rules.not_accepted from None

    reading._TokenReader._verify = believing


def _no_permit() -> None:
    report_answers: Any = import_module("samspill_responses.rpc.report_answers")
    principals: Any = import_module("samspill_kit.principal")
    mismatch: Any = import_module("samspill_responses.usecases.list_answers")
    mismatch._demand_match = _nothing

    def made_up() -> Any:
        by = report_answers.staff()
        level = principals.Level.FREE_TEXT
        return principals.Permit(by.staff_id, by.school_id, None, level, None, "none")

    report_answers.permit = made_up


def _reader_of_everything() -> None:
    surveys: Any = import_module("samspill_identity.domain.surveys")

    def as_wanted(_self: Any, _staff: Any, _grants: Any, _shares: Any = (), *, wanted: Any) -> Any:
        return wanted

    surveys.RecordedSurvey.level_for = as_wanted


def _tells_that_it_exists() -> None:
    errors: Any = import_module("samspill_surveys.domain.errors")
    survey: Any = import_module("samspill_surveys.storage.surveys")
    survey.SurveyNotFound = errors.SurveyNotYours


def _groups_of_anybody() -> None:
    listing: Any = import_module("samspill_identity.usecases.list_pupils")

    async def unchecked(self: Any, group_ids: Any, *, by: Any) -> Any:
        async with self.begin(by.school_id) as work:
            return [await work.roster.pupils(group_ids), ()][1]

    listing.ListPupils.__call__ = unchecked


POLICY: Final = "demand"

MUTANTS: Final = {
    "surveys are seen by every colleague": Mutant(
        "surveys",
        _silence("samspill_surveys.domain.survey", "Survey.demand_visible_to"),
        "GetSurvey",
    ),
    "surveys are managed by every colleague": Mutant(
        "surveys",
        _silence("samspill_surveys.domain.survey", "Survey.demand_managed_by"),
        "RefreshParticipants",
    ),
    "surveys tells that a foreign survey exists": Mutant(
        "surveys", _tells_that_it_exists, "SurveyQueryService"
    ),
    "surveys takes a passport of any kind": Mutant("surveys", _any_kind, "SurveyQueryService"),
    "surveys takes another installation's passport": Mutant(
        "surveys", _any_audience, "SurveyQueryService"
    ),
    "surveys takes an expired passport": Mutant("surveys", _no_expiry, "SurveyQueryService"),
    "surveys takes an unsigned passport": Mutant("surveys", _no_signature, "SurveyQueryService"),
    "surveys answers every service": Mutant("surveys", _any_caller, "SurveyQueryService"),
    "responses answers every service": Mutant("responses", _any_caller, "StatusQueryService"),
    "responses tells states to every colleague": Mutant(
        "responses",
        _silence("samspill_responses.usecases.list_participant_states", POLICY),
        "StatusQueryService",
    ),
    "responses needs no permit": Mutant("responses", _no_permit, "ReportAnswerQueryService"),
    "identity lets everybody govern": Mutant(
        "identity", _silence("samspill_identity.domain.grants", POLICY), "AccessQueryService"
    ),
    "identity lets every colleague manage codes": Mutant(
        "identity", _silence("samspill_identity.domain.surveys", POLICY), "CodeQueryService"
    ),
    "identity permits everybody to read": Mutant(
        "identity", _reader_of_everything, "PermitCommandService"
    ),
    "identity lets everybody import": Mutant(
        "identity", _silence("samspill_identity.usecases.prepare_import", POLICY), "PrepareImport"
    ),
    "identity lets everybody make surveys": Mutant(
        "identity", _silence("samspill_identity.usecases.record_survey", POLICY), "RecordSurvey"
    ),
    "identity lets everybody share": Mutant(
        "identity", _silence("samspill_identity.domain.sharing", POLICY), "ShareSurvey"
    ),
    "identity answers for unknown groups": Mutant(
        "identity", _groups_of_anybody, "RosterQueryService"
    ),
    "identity answers every service": Mutant("identity", _any_caller, "RosterQueryService"),
    "retention lets every colleague delete": Mutant(
        "retention",
        _silence("samspill_retention.usecases.delete_survey", POLICY),
        "DeletionCommandService",
    ),
}


def main() -> None:
    """Remove the check, then be the service."""
    _, name, module, command = sys.argv
    MUTANTS[name].remove()
    sys.argv = [module, command]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
