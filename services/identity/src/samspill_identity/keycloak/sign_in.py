"""Sign-in of staff through Keycloak: code and PKCE, refresh, logout (SPEC I1)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from samspill_identity import metrics
from samspill_identity.domain.errors import IdentityProviderDown, SignInRefused
from samspill_identity.domain.schools import memberships_of
from samspill_identity.domain.sessions import Person, ProviderTokens, SignInAttempt
from samspill_kit.clock import Clock
from samspill_kit.errors import Invalid
from samspill_kit.ids import StaffId

SECOND_FACTOR: Final = "2"
"""The level of authentication, in `acr`, of a sign-in that had more than a password."""

SCOPE: Final = "openid profile"
ALGORITHMS: Final = ["RS256", "ES256", "PS256"]
LEEWAY_SECONDS: Final = 90
"""Clocks of two machines differ by as much without anybody noticing."""

LOGOUT_TOKEN_LIVES_SECONDS: Final = 120
"""OpenID Connect Back-Channel Logout 1.0, section 2.4, asks for two minutes at most."""

KEYS_FETCHED_AT_MOST_EVERY: Final = 10.0

LEFT_ALONE_FOR: Final = 10.0
"""After a look at rights without an answer, pages do not wait for Keycloak this long."""
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LOCALES: Final = {"nb": "no", "nn": "nn", "en": "en"}
"""Keycloak's name of Bokmål is that of Norwegian."""


@dataclass(frozen=True, slots=True)
class Realm:
    """Where the realm is, and who this client is there."""

    address: str
    """Keycloak as identity reaches it, without a slash at the end."""

    public_address: str
    """Keycloak as browsers reach it; the issuer of its tokens."""

    name: str
    client_id: str
    client_secret: str
    redirect_uri: str
    home: str
    timeout: float
    """Seconds for one call of a sign-in, for which a person waits."""

    refresh_timeout: float
    """Seconds for one look at rights, for which every page waits."""

    @property
    def issuer(self) -> str:
        """What stands as issuer in Keycloak's tokens."""
        return f"{self.public_address}/realms/{self.name}"

    def endpoint(self, name: str) -> str:
        """An OpenID Connect endpoint for identity's own calls."""
        return f"{self.address}/realms/{self.name}/protocol/openid-connect/{name}"

    def public_endpoint(self, name: str) -> str:
        """An OpenID Connect endpoint for browsers."""
        return f"{self.issuer}/protocol/openid-connect/{name}"

    def __repr__(self) -> str:
        return f"Realm({self.name})"


class KeycloakSignIn:
    """The one holder of the client's secret; a part of a Service."""

    def __init__(self, realm: Realm, clock: Clock) -> None:
        self._realm = realm
        self._clock = clock
        self._client: Any = None
        self._keys: KeySet | None = None
        self._keys_fetched_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._left_alone_until = float("-inf")

    async def start(self) -> None:
        """Prepare the connection; Keycloak need not be there yet."""
        self._client = AsyncOAuth2Client(  # type: ignore[no-untyped-call]
            client_id=self._realm.client_id,
            client_secret=self._realm.client_secret,
            scope=SCOPE,
            redirect_uri=self._realm.redirect_uri,
            code_challenge_method="S256",
            timeout=self._realm.timeout,
        )

    async def stop(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()

    def authorization_url(
        self, attempt: SignInAttempt, *, locale: str, second_factor: bool = False
    ) -> str:
        asked = {"acr_values": SECOND_FACTOR} if second_factor else {}
        url, _ = self._client.create_authorization_url(
            self._realm.public_endpoint("auth"),
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
            ui_locales=_LOCALES[locale],
            **asked,
        )
        return str(url)

    async def exchange(self, code: str, attempt: SignInAttempt) -> Person:
        token = await self._ask(
            self._client.fetch_token,
            grant_type="authorization_code",
            code=code,
            code_verifier=attempt.verifier,
        )
        claims = await self._verified(token["id_token"])
        if claims.get("nonce") != attempt.nonce:
            raise SignInRefused
        return _person_of(claims, token)

    async def refresh(self, person: Person) -> Person:
        loop = asyncio.get_running_loop()
        if loop.time() < self._left_alone_until:
            raise IdentityProviderDown
        try:
            async with asyncio.timeout(self._realm.refresh_timeout):
                token = await self._ask(
                    self._client.refresh_token, refresh_token=person.tokens.refresh_token
                )
                claims = await self._verified(token["id_token"])
        except (IdentityProviderDown, TimeoutError):
            self._left_alone_until = loop.time() + LEFT_ALONE_FOR
            raise IdentityProviderDown from None
        if claims.get("sub") != str(person.staff_id):
            raise SignInRefused
        return _person_of(claims, token)

    async def end(self, person: Person) -> None:
        # From here and not by the browser: an id_token_hint would put a name into an address.
        form = {
            "client_id": self._realm.client_id,
            "client_secret": self._realm.client_secret,
            "refresh_token": person.tokens.refresh_token,
        }
        try:
            async with httpx.AsyncClient(timeout=self._realm.timeout) as http:
                answer = await http.post(self._realm.endpoint("logout"), data=form)
        except httpx.HTTPError:
            raise IdentityProviderDown from None
        if answer.is_server_error:
            raise IdentityProviderDown

    @property
    def end_session_url(self) -> str:
        question = urlencode(
            {
                "client_id": self._realm.client_id,
                "post_logout_redirect_uri": self._realm.home,
            }
        )
        return f"{self._realm.public_endpoint('logout')}?{question}"

    async def read_logout(self, logout_token: str) -> tuple[str, StaffId | None]:
        claims = await self._verified(logout_token)
        age = self._clock.now().timestamp() - float(claims["iat"])
        if age > LOGOUT_TOKEN_LIVES_SECONDS + LEEWAY_SECONDS:
            raise SignInRefused
        # OpenID Connect Back-Channel Logout 1.0, section 2.4: the event stands there, a nonce not.
        if _LOGOUT_EVENT not in claims.get("events", {}) or "nonce" in claims:
            raise SignInRefused
        subject = claims.get("sub")
        return str(claims.get("sid", "")), _staff_id_of(subject) if subject else None

    async def _ask(self, method: Any, **form: str) -> dict[str, Any]:
        with metrics.KEYCLOAK_CALLS.counted():
            return await self._token(method, **form)

    async def _token(self, method: Any, **form: str) -> dict[str, Any]:
        try:
            # A person's tokens belong to the session; the shared client must not keep them.
            token: dict[str, Any] = await method(self._realm.endpoint("token"), **form)
        except OAuthError as error:
            # Any other error is about this client, and no reason to end people's sessions.
            refusal = SignInRefused if error.error == "invalid_grant" else IdentityProviderDown
            raise refusal from None
        except (httpx.HTTPError, ValueError):
            raise IdentityProviderDown from None
        finally:
            self._client.token = None
        if "id_token" not in token or "refresh_token" not in token:
            raise SignInRefused
        return dict(token)

    async def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that Keycloak signed for this client, lately."""
        try:
            decoded = await self._decoded(token)
            now = int(self._clock.now().timestamp())
            registry = jwt.JWTClaimsRegistry(
                now=now,
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._realm.issuer},
                aud={"essential": True, "value": self._realm.client_id},
                iat={"essential": True},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError, KeyError):
            raise SignInRefused from None
        return decoded.claims

    async def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Keycloak may have changed its keys since they were fetched.
            return jwt.decode(token, await self._key_set(anew=True), algorithms=ALGORITHMS)

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        async with self._fetching:
            now = asyncio.get_running_loop().time()
            is_stale = now - self._keys_fetched_at > KEYS_FETCHED_AT_MOST_EVERY
            if self._keys is None or (anew and is_stale):
                self._keys = KeySet.import_key_set(await self._certificates())
                self._keys_fetched_at = now
            return self._keys

    async def _certificates(self) -> Any:
        try:
            async with httpx.AsyncClient(timeout=self._realm.timeout) as http:
                answer = await http.get(self._realm.endpoint("certs"))
                answer.raise_for_status()
                document = answer.json()
        except (httpx.HTTPError, ValueError):
            raise IdentityProviderDown from None
        signing = [key for key in document["keys"] if key.get("use") == "sig"]
        return {"keys": signing}


def _person_of(claims: Mapping[str, Any], token: Mapping[str, Any]) -> Person:
    groups = claims.get("groups", [])
    return Person(
        staff_id=_staff_id_of(claims["sub"]),
        display_name=str(claims.get("name") or claims.get("preferred_username") or "?"),
        memberships=memberships_of(str(path) for path in groups),
        provider_session=str(claims.get("sid", "")),
        tokens=ProviderTokens(token["refresh_token"]),
        has_second_factor=str(claims.get("acr", "")) == SECOND_FACTOR,
    )


def _staff_id_of(subject: object) -> StaffId:
    try:
        return StaffId.parse(str(subject))
    except Invalid:
        raise SignInRefused from None
