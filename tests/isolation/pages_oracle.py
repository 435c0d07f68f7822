"""What must happen at each page, written by hand from SPEC.md; knows nothing of the policy's table."""

from __future__ import annotations

from typing import Final

from tests.isolation.requests import Ids

OK, CLOSED, MISSING, SIGN_IN = "ok", "closed", "missing", "sign_in"
STATE, INVALID, ELSEWHERE = "state", "invalid", "elsewhere"
OWN_FRONT_PAGES: Final = frozenset({"/hjem", "/kommune", "/skole"})
"""Where somebody is sent whose sign-in is for another kind of page."""

EVERYBODY: Final = "leader maker other"
KEEPERS: Final = "leader maker"
LEADER: Final = "leader"
ROSTER: Final = "leader"
PUPILS: Final = "pupil classmate"
MUNICIPALITY: Final = "municipality"
STAFF: Final = frozenset({"leader", "maker", "other", "leader of another school"})
ANYONE: Final = "anyone"

PAGES: Final = {
    "/": ("", ANYONE),
    "/healthz": ("", ANYONE),
    "/k": ("", ANYONE),
    "/kode": ("", ""),
    "/logg-inn": ("", ""),
    "/logg-inn/retur": ("", ""),
    "/logg-ut": ("", ""),
    "/logg-ut/keycloak": ("", ""),
    "/skole": ("", ""),
    "/elev": ("", PUPILS),
    "/elev/svar": ("", PUPILS),
    "/elev/kvittering": ("", ""),
    "/elev/lagre": ("", PUPILS),
    "/elev/lever": ("", PUPILS),
    "/elev/vil-ikke": ("", PUPILS),
    "/elev/avslutt": ("", ""),
    "/hjem": ("", EVERYBODY),
    "/undersokelser": ("", EVERYBODY),
    "/undersokelser/ny": ("", EVERYBODY),
    "/sletting": ("", EVERYBODY),
    "/klasser": ("", EVERYBODY),
    "/klasser/{group_id}": ("group", EVERYBODY),
    "/klasser/elev/{pupil_id}/lest": ("", ""),
    "/klasser/import": ("", ""),
    "/klasser/import/bekreft": ("", ROSTER),
    "/tilgang": ("", LEADER),
    "/tilgang/logg": ("", LEADER),
    "/tilgang/ny": ("", LEADER),
    "/tilgang/{staff_id}": ("staff", LEADER),
    "/tilgang/{staff_id}/fjern": ("staff", LEADER),
    "/tilgang/{staff_id}/innlogginger": ("staff", LEADER),
    "/meg/innlogginger": ("", ""),
    "/meg/innlogginger/{session_id}/avslutt": ("", ""),
    "/undersokelser/{survey_id}": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/angre": ("regret", KEEPERS),
    "/undersokelser/{survey_id}/apne": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/deling": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/deling/{staff_id}/slutt": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/kast": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/klasseliste": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/kvittering.json": ("deletion", EVERYBODY),
    "/undersokelser/{survey_id}/lukk": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/nokler": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/nokler/{participant_id}/ny": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/nokler/{participant_id}/trekk": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/slett": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/sletting": ("deletion", EVERYBODY),
    "/undersokelser/{survey_id}/status.fragment": ("survey", KEEPERS),
    "/undersokelser/{survey_id}/tavle": ("", ""),
    "/undersokelser/{survey_id}/rapport/elevene": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/elevene/{participant_id}": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/om-svarene": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/oversikt": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/pdf": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/relasjoner": ("report", KEEPERS),
    "/undersokelser/{survey_id}/rapport/sporsmal": ("report", KEEPERS),
    "/kommune": ("", MUNICIPALITY),
    "/kommune/rammer": ("", MUNICIPALITY),
    "/kommune/skoler/ny": ("", MUNICIPALITY),
    "/kommune/skoler/{school_id}": ("school", MUNICIPALITY),
    "/kommune/skoler/{school_id}/apne": ("school", MUNICIPALITY),
    "/kommune/skoler/{school_id}/leder": ("school", MUNICIPALITY),
    "/kommune/skoler/{school_id}/ledere/{staff_id}/bort": ("school", MUNICIPALITY),
    "/kommune/skoler/{school_id}/lukk": ("school", MUNICIPALITY),
}
"""What a path's ids name, and who of the object's own school gets through; two empty strings: no door
to guard, or a door that is tested with what it is for."""

FOREIGN: Final = frozenset({"other school", "other municipality", "missing"})


def wants_closed(path: str) -> bool:
    """Whether the page is about a survey that was closed."""
    return "/rapport/" in path


def form_of(path: str, ids: Ids) -> dict[str, str]:
    """Fields with ids in them too: where an id stands must not matter."""
    return {
        "import_id": ids.session,
        "survey_id": ids.survey,
        "school_id": ids.school,
        "staff_id": ids.staff,
        "participant_id": ids.participant,
        "group_ids": ids.group,
        "level": "1",
        "reason": "Vikar.",
    }


def expected(method: str, path: str, persona: str, thing: str) -> frozenset[str]:
    """The outcomes that are right; empty where the attempt says nothing. KeyError: nobody thought of it."""
    takes, who = PAGES[path]
    if not who:
        return frozenset()
    if who == ANYONE:
        return frozenset({OK}) if method == "GET" else frozenset()
    signed_in = persona in STAFF or persona in {"municipality", "pupil", "classmate"}
    if not signed_in:
        return frozenset({SIGN_IN})
    role = "leader" if persona == "leader of another school" else persona
    wanted = set(who.split())
    if bool({"pupil"} & wanted) != (persona in PUPILS.split()):
        return frozenset({SIGN_IN, CLOSED})
    if (who == MUNICIPALITY) != (persona == MUNICIPALITY):
        return frozenset({SIGN_IN, CLOSED, ELSEWHERE})
    return _at_home(method, takes, role in wanted, thing)


def _at_home(method: str, takes: str, passes: bool, thing: str) -> frozenset[str]:
    if takes == "school" and thing == "other school":
        thing = "own"
    if takes and thing in FOREIGN:
        return frozenset({MISSING}) if passes or takes != "staff" else frozenset({CLOSED, MISSING})
    if method == "POST":
        # What would change the world is left out; a refused form must be refused as closed.
        if takes == "regret":
            return frozenset({MISSING})  # Nothing of it is being deleted.
        return frozenset() if passes or thing == "deleted" else frozenset({CLOSED})
    if takes == "deletion" or thing in {"deleted", "other class"}:
        return frozenset()
    return frozenset({OK}) if passes else frozenset({CLOSED})
