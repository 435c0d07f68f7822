"""Writes the resource with which Keycloak's operator makes Samspill's realm; needs nothing installed.

Addresses and passwords are not in it: Keycloak takes them from the secret `samspill-realm`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REALM_FILE = Path(__file__).parents[2] / "keycloak" / "samspill-realm.json"
KEPT_IN = "samspill-realm"
SETUP_CLIENT = "samspill-setup"
PLACEHOLDERS = {
    "SAMSPILL_PUBLIC_ADDRESS": "public-address",
    "SAMSPILL_WEB_SECRET": "web-secret",
    "SAMSPILL_IDENTITY_SECRET": "identity-secret",
    "SAMSPILL_SETUP_SECRET": "setup-secret",
    "SAMSPILL_LEADER_PASSWORD": "leader-password",
}


def resource(chosen: argparse.Namespace) -> dict[str, Any]:
    """What `kubectl apply` is given."""
    return {
        "apiVersion": "k8s.keycloak.org/v2alpha1",
        "kind": "KeycloakRealmImport",
        "metadata": {"name": "samspill"},
        "spec": {
            "keycloakCRName": chosen.keycloak,
            "placeholders": {
                variable: {"secret": {"name": KEPT_IN, "key": key}}
                for variable, key in PLACEHOLDERS.items()
            },
            "realm": realm(chosen),
        },
    }


def realm(chosen: argparse.Namespace) -> dict[str, Any]:
    """The project's realm with the municipality's groups, its first leader and the setup client."""
    made: dict[str, Any] = json.loads(REALM_FILE.read_text(encoding="utf-8"))
    made["groups"] = [
        {"name": "skoler", "subGroups": [_school(orgnr) for orgnr in chosen.school]},
        {"name": "kommuner", "subGroups": [_group(chosen.municipality, "administratorer")]},
    ]
    made["clients"].append(_setup_client())
    made["users"] += [_setup_account(), _leader(chosen.leader, chosen.school[0])]
    return made


def _school(orgnr: str) -> dict[str, Any]:
    return _group(orgnr, "ledere", "larere", "administratorer")


def _group(name: str, *below: str) -> dict[str, Any]:
    return {"name": name, "subGroups": [{"name": each} for each in below]}


def _leader(named: Sequence[str], school: str) -> dict[str, Any]:
    username, first_name, last_name = named
    password = {"type": "password", "value": "${SAMSPILL_LEADER_PASSWORD}", "temporary": True}
    return {
        "username": username,
        "firstName": first_name,
        "lastName": last_name,
        "enabled": True,
        "credentials": [password],
        "requiredActions": ["UPDATE_PASSWORD"],
        "groups": [f"/skoler/{school}/ledere"],
    }


def _setup_client() -> dict[str, Any]:
    # Sets up schools' permissions and is then turned off (setup-off.sh).
    return {
        "clientId": SETUP_CLIENT,
        "enabled": True,
        "publicClient": False,
        "secret": "${SAMSPILL_SETUP_SECRET}",
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": True,
        "fullScopeAllowed": True,
        "defaultClientScopes": ["basic", "roles", "service_account"],
    }


def _setup_account() -> dict[str, Any]:
    return {
        "username": f"service-account-{SETUP_CLIENT}",
        "enabled": True,
        "serviceAccountClientId": SETUP_CLIENT,
        "clientRoles": {"realm-management": ["realm-admin"]},
    }


def main(words: Sequence[str] | None = None) -> int:
    """Write the resource as JSON, which kubectl reads like YAML."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keycloak", default="keycloak", help="name of the Keycloak resource")
    parser.add_argument("--municipality", required=True, metavar="ORGNR")
    parser.add_argument("--school", required=True, action="append", metavar="ORGNR")
    parser.add_argument(
        "--leader",
        required=True,
        nargs=3,
        metavar=("USERNAME", "FIRST", "LAST"),
        help="the first school's first leader",
    )
    json.dump(resource(parser.parse_args(words)), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
