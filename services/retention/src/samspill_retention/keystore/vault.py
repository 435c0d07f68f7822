"""A logged-in connection to HashiCorp Vault; the only place that may import hvac's client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import hvac
import requests
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, Unauthorized, VaultError

from samspill_kit.logging import get_logger
from samspill_kit.settings import read_secret
from samspill_retention.domain.errors import KeyStoreDenied, KeyStoreUnavailable

log = get_logger(__name__)

Answer = TypeVar("Answer")
Question = Callable[[hvac.Client], Answer]


class Login(Protocol):
    """A way to get a token. Files are read each time, so that an exchanged secret is noticed."""

    @property
    def settings(self) -> str:
        """What to look at when Vault refuses it."""
        ...

    def token(self, client: hvac.Client) -> str:
        """Return a token that Vault accepts now."""
        ...


@dataclass(frozen=True, slots=True)
class AppRole:
    """A role's id and secret id, each in a file."""

    mount: str
    role_id_file: Path
    secret_id_file: Path

    @property
    def settings(self) -> str:
        return "VAULT_ROLE_ID_FILE+VAULT_SECRET_ID_FILE"

    def token(self, client: hvac.Client) -> str:
        answer = client.auth.approle.login(
            read_secret(self.role_id_file),
            read_secret(self.secret_id_file),
            use_token=False,
            mount_point=self.mount,
        )
        return str(answer["auth"]["client_token"])


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A token that somebody else, such as Vault's agent, keeps fresh in a file."""

    file: Path

    @property
    def settings(self) -> str:
        return "VAULT_TOKEN_FILE"

    def token(self, client: hvac.Client) -> str:  # noqa: ARG002  # Nobody needs to be asked.
        return read_secret(self.file)


class Vault:
    """Shared by threads. Logs in at the first question, and anew when its token has run out."""

    def __init__(
        self, address: str, login: Login, *, authority: Path | None, timeout: timedelta
    ) -> None:
        """Without `authority`, a file of certificates, the usual public ones are believed."""
        self._login = login
        self._logging_in = threading.Lock()
        session = requests.Session()
        # No proxy, certificate or password that an environment variable or ~/.netrc names.
        session.trust_env = False
        session.verify = str(authority) if authority else True
        self._client = hvac.Client(  # type: ignore[no-untyped-call]  # hvac carries no types.
            url=address,
            token="",
            session=session,
            timeout=timeout.total_seconds(),
            # LIST as a GET with a parameter, since not every proxy lets the method LIST pass.
            strict_http=True,
        )

    def ask(self, question: Question[Answer], *, about: str) -> Answer:
        """Return what the question finds, asked again once with a new token when Vault refuses.

        `about` names the setting to look at when it refuses for good.

        Raises:
            KeyStoreUnavailable: Vault does not answer, is sealed or fails.
            KeyStoreDenied: it answers that this login may not, or that there is no such thing.
        """
        used = self._client.token or self._logged_in(instead_of="")
        try:
            with _translated(about):
                return question(self._client)
        except KeyStoreDenied as refused:
            # Expired, revoked or not allowed: Vault says the same of all three.
            if not isinstance(refused.__cause__, Forbidden):
                raise
        renewed = self._logged_in(instead_of=used)
        with _translated(about if renewed != used else self._login.settings):
            return question(self._client)

    def _logged_in(self, *, instead_of: str) -> str:
        """Return a newer token than that one, another thread's if it was here before."""
        with self._logging_in, _translated(self._login.settings):
            if self._client.token == instead_of:
                self._client.token = self._login.token(self._client)
                log.info("Logged in to Vault")
            return str(self._client.token)


@contextmanager
def _translated(setting: str) -> Iterator[None]:
    try:
        yield
    except (Forbidden, Unauthorized, InvalidRequest, InvalidPath) as error:
        raise KeyStoreDenied(setting=setting) from error
    except (VaultError, requests.RequestException) as error:
        raise KeyStoreUnavailable(setting="VAULT_ADDRESS") from error
    except OSError as error:  # A file of the login cannot be read.
        raise KeyStoreUnavailable(setting=setting) from error


def is_nothing_there(error: InvalidPath) -> bool:
    """Tell an empty place from one that Vault does not know at all, such as a missing mount."""
    return not error.errors


def found_in(answer: Any) -> dict[str, Any]:
    """Return the data of an answer; {} for one without, which hvac hands out as it came."""
    return dict(answer["data"]) if isinstance(answer, dict) and answer.get("data") else {}
