"""A real Vault of the test's own, over TLS, laid out as docs/privacy/keys.md tells an operator to."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import hvac
import requests

from deploy.local.install import ROOT
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port, start_child, stop_child

POLICY: Final = ROOT / "deploy" / "vault" / "retention.hcl"
TRANSIT_KEY: Final = "samspill"
READY_WITHIN: Final = 60.0


@dataclass(frozen=True)
class Role:
    """Files of an AppRole's login."""

    role_id_file: Path
    secret_id_file: Path


class VaultServer:
    """One node with Vault's own storage in a folder; data outlive a stop, the seal included."""

    def __init__(self, binary: Path, folder: Path, authority: Authority) -> None:
        self.folder = folder
        self.address = f"https://127.0.0.1:{free_port()}"
        self.authority_file = folder / "vault" / "ca.crt"
        self._binary = binary
        self._child: subprocess.Popen[bytes] | None = None
        self._unseal_key = ""
        (folder / "data").mkdir(parents=True)
        authority.write(folder, ["vault"])
        (folder / "vault.json").write_text(json.dumps(self._settings()), encoding="utf-8")
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.authority_file)
        self.root: Any = hvac.Client(url=self.address, token="", session=session)

    def start(self) -> None:
        """Start, and unseal with what the first start gave; ready when this returns."""
        words = [self._binary, "server", f"-config={self.folder / 'vault.json'}"]
        self._child = start_child(words, output=self.folder / "log", cwd=self.folder)
        self._wait_for(lambda: self._status() is not None)
        if not self.root.sys.is_initialized():
            made = self.root.sys.initialize(secret_shares=1, secret_threshold=1)
            self._unseal_key, self.root.token = made["keys"][0], made["root_token"]
        self.unseal()

    def stop(self) -> None:
        """End it the hard way."""
        if self._child:
            stop_child(self._child, signal_number=signal.SIGKILL)

    def seal(self) -> None:
        self.root.sys.seal()

    def unseal(self) -> None:
        self.root.sys.submit_unseal_key(self._unseal_key)
        self._wait_for(lambda: self._status() == 200)

    def lay_out(self) -> None:
        """What an operator does once: engines, the root key, the policy, the way to log in."""
        root = self.root
        root.sys.enable_secrets_engine("transit")
        root.secrets.transit.create_key(TRANSIT_KEY)
        root.sys.enable_secrets_engine("kv", path="kv", options={"version": "2"})
        root.sys.enable_auth_method("approle")
        # A mount of version 2 answers with an error until it has set itself up.
        self._wait_for(lambda: self._is_usable("kv"))
        root.secrets.kv.v2.configure(cas_required=True, mount_point="kv")

    def role(self, name: str, **other: Any) -> Role:
        """A role with the project's own policy for the prefix `name`, and where its login lies."""
        policy = POLICY.read_text(encoding="utf-8").replace("/samspill/", f"/{name}/")
        self.root.sys.create_or_update_policy(name, policy)
        chosen = {"token_policies": [name], "token_type": "batch", "token_ttl": "1h", **other}
        approle = self.root.auth.approle
        approle.create_or_update_approle(name, **chosen)
        role_id = approle.read_role_id(name)["data"]["role_id"]
        secret_id = approle.generate_secret_id(name)["data"]["secret_id"]
        role = Role(self.folder / f"{name}-role-id", self.folder / f"{name}-secret-id")
        role.role_id_file.write_text(f"{role_id}\n")
        role.secret_id_file.write_text(f"{secret_id}\n")
        return role

    def _is_usable(self, mount: str) -> bool:
        try:
            self.root.secrets.kv.v2.read_configuration(mount_point=mount)
        except hvac.exceptions.VaultError:
            return False
        return True

    def _status(self) -> int | None:
        try:
            return int(self.root.sys.read_health_status(method="GET", standby_ok=False).status_code)
        except requests.ConnectionError:
            return None
        except AttributeError:
            return 200  # The client hands out the body of a good answer.

    def _wait_for(self, holds: Any) -> None:
        until = time.monotonic() + READY_WITHIN
        while not holds():
            if time.monotonic() > until or (self._child and self._child.poll() is not None):
                self.stop()
                raise RuntimeError("Vault did not start; see the file log in its folder")
            time.sleep(0.1)

    def _settings(self) -> dict[str, Any]:
        own = self.folder / "vault"
        return {
            "storage": {
                "raft": {
                    "path": str(self.folder / "data"),
                    "node_id": "one",
                    "performance_multiplier": "1",
                }
            },
            "listener": {
                "tcp": {
                    "address": self.address.removeprefix("https://"),
                    "tls_cert_file": str(own / "tls.crt"),
                    "tls_key_file": str(own / "tls.key"),
                }
            },
            "api_addr": self.address,
            "cluster_addr": f"https://127.0.0.1:{free_port()}",
            "disable_mlock": True,
        }
