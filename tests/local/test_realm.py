"""The realm file keeps what the product relies on; read as it will be imported."""

import json
import re
from typing import Any

import pytest

from deploy.local.demonstration.people import Municipality
from deploy.local.keycloak import REALM_FILE, with_steward

REALM: dict[str, Any] = json.loads(REALM_FILE.read_text())
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}


def test_staff_sign_in_needs_the_secret_the_proof_key_and_the_exact_address() -> None:
    web = CLIENTS["samspill-web"]

    assert web["publicClient"] is False
    assert web["attributes"]["pkce.code.challenge.method"] == "S256"
    assert web["redirectUris"] == ["${SAMSPILL_PUBLIC_ADDRESS}/logg-inn/retur"]
    assert web["standardFlowEnabled"] is True
    assert not any(
        web[flow]
        for flow in ("implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled")
    )


def test_ended_keycloak_sessions_are_told_to_the_gateway() -> None:
    attributes = CLIENTS["samspill-web"]["attributes"]

    assert attributes["backchannel.logout.url"].startswith("${SAMSPILL_PUBLIC_ADDRESS}/")
    assert attributes["backchannel.logout.session.required"] == "true"


def test_tokens_name_groups_by_their_whole_path() -> None:
    (mapper,) = CLIENTS["samspill-web"]["protocolMappers"]

    assert mapper["protocolMapper"] == "oidc-group-membership-mapper"
    assert mapper["config"]["claim.name"] == "groups"
    assert mapper["config"]["full.path"] == "true"


def test_the_service_account_has_no_right_over_accounts() -> None:
    (account,) = REALM["users"]

    assert account["serviceAccountClientId"] == "samspill-identity"
    assert set(account["clientRoles"]["realm-management"]) == {"query-users", "query-groups"}
    assert REALM["adminPermissionsEnabled"] is True


def test_a_one_time_code_is_the_second_level_of_signing_in() -> None:
    flows = {flow["alias"]: flow for flow in REALM["authenticationFlows"]}
    levels = {one["alias"]: one["config"] for one in REALM["authenticatorConfig"]}

    second = [one["authenticator"] for one in flows["samspill level 2"]["authenticationExecutions"]]
    assert REALM["browserFlow"] == "samspill browser"
    assert second == ["conditional-level-of-authentication", "auth-otp-form"]
    assert levels["samspill level 2"]["loa-condition-level"] == "2"
    assert json.loads(REALM["attributes"]["acr.loa.map"]) == {"1": 1, "2": 2}
    assert "acr" in CLIENTS["samspill-web"]["defaultClientScopes"]


def test_no_secret_stands_in_the_file() -> None:
    assert all(re.fullmatch(r"\$\{\w+\}", client["secret"]) for client in REALM["clients"])


def test_rights_live_short_and_guessing_is_slowed() -> None:
    assert REALM["accessTokenLifespan"] == 60
    assert REALM["bruteForceProtected"] is True
    assert REALM["registrationAllowed"] is False


@pytest.mark.parametrize("language", ["no", "nn"])
def test_the_sign_in_page_speaks_norwegian(language: str) -> None:
    texts = REALM["localizationTexts"][language]

    assert REALM["defaultLocale"] == "no"
    assert set(REALM["supportedLocales"]) == {"no", "nn", "en"}
    assert {"doLogIn", "username", "password", "showPassword", "invalidUserMessage"} <= set(texts)


def test_both_norwegian_languages_have_the_same_texts() -> None:
    bokmaal, nynorsk = (REALM["localizationTexts"][language] for language in ("no", "nn"))

    assert set(bokmaal) <= set(nynorsk)


def test_the_local_steward_exists_in_the_imported_copy_only() -> None:
    imported = with_steward(REALM)

    assert "samspill-local" not in CLIENTS
    assert "samspill-local" in {client["clientId"] for client in imported["clients"]}
    assert len(imported["users"]) == len(REALM["users"]) + 1


class TestMunicipality:
    """The demonstration municipality can be taken for no real one."""

    municipality = Municipality.read()

    def numbers(self) -> list[str]:
        schools = [school.organisation_number for school in self.municipality.schools]
        return [self.municipality.organisation_number, *schools]

    def test_organisation_numbers_have_a_check_digit_but_belong_to_nobody(self) -> None:
        for number in self.numbers():
            weighted = sum(
                weight * int(digit)
                for weight, digit in zip((3, 2, 7, 6, 5, 4, 3, 2, 1), number, strict=True)
            )
            assert weighted % 11 == 0
            # The register of real units gives out numbers that begin with 8 or 9.
            assert number[0] == "3"

    def test_there_are_two_schools_with_five_classes_of_twenty_to_twenty_nine(self) -> None:
        classes = [group for school in self.municipality.schools for group in school.classes]

        assert len(self.municipality.schools) == 2
        assert len(classes) == 5
        assert all(20 <= len(group.pupils) <= 29 for group in classes)
        assert all(len(set(group.pupils)) == len(group.pupils) for group in classes)

    def test_each_school_has_a_leader_and_a_teacher(self) -> None:
        for school in self.municipality.schools:
            assert school.leaders
            assert school.teachers

    def test_the_roster_file_names_every_pupil_once(self) -> None:
        school = self.municipality.schools[0]
        rows = school.roster_csv().decode().splitlines()

        assert rows[0] == "Navn;Kjønn;Klasse"
        assert len(rows) - 1 == sum(len(group.pupils) for group in school.classes)
