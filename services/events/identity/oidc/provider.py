"""The provider: discovery, keys, authorization URL, and verification of the ID token."""

from __future__ import annotations

import asyncio
import json
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from services.events.identity.oidc.domain import (
    AuthenticationTooWeak,
    ClocksDiffer,
    GroupsNotListed,
    Identity,
    NotReauthenticated,
    ProviderNotTrusted,
    ProviderUnavailable,
    SignInNotPending,
)
from services.events.identity.oidc.http import LimitedTransport, timeouts
from services.events.settings import ProviderSettings, origin_of
from shared.secrets import from_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from services.events.identity.oidc.domain import PendingSignIn

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Asymmetric signature algorithms only: not `none`, and none with a shared key."""
LEEWAY_SECONDS: Final = 60
"""How far the two clocks may differ (RFC 7519, section 4.1.4: no more than a few minutes)."""
LONGEST_AGO_SECONDS: Final = 600
"""The maximum age of an ID token, which is made when its code is redeemed."""
_SCOPE: Final = "openid profile email"
_KEPT_SECONDS: Final = 3600
_AGAIN_SECONDS: Final = 30
"""The shortest time between two fetches of keys: anybody can send a token with an unknown key id."""
_SMALLEST_RSA: Final = 2048 // 8
"""Bytes of the modulus (RFC 7518, section 3.3)."""
_MAX_SUBJECT_LENGTH: Final = 255
"""Characters (OpenID Connect Core 1.0, section 2)."""
_KINDS: Final[Mapping[str, type[RSAKey | ECKey | OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_CURVES: Final = frozenset({"P-256", "P-384", "P-521", "Ed25519", "Ed448"})
"""The curves of `ALGORITHMS`. Other curves are not for signatures."""

_Key = RSAKey | ECKey | OKPKey
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Discovery:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    client_auth: str
    sends_issuer: bool
    end_session_endpoint: str | None
    read_at: float


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str | None, _Key]
    read_at: float


@dataclass(slots=True)
class Provider:
    """An OpenID Connect provider. It is contacted at sign-in only, so the service starts without it.

    Args:
        clock: Unix time in seconds.
    """

    settings: ProviderSettings
    clock: Callable[[], float] = time.time
    _discovery: _Discovery | None = None
    _keys: _Keys | None = None
    _in_flight: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def authorization_url(self, pending: PendingSignIn) -> str:
        """Return the URL to which the browser is sent to sign in or step up.

        Raises:
            ProviderUnavailable, ProviderNotTrusted.
        """
        found = await self._discover()
        more = {"acr_values": " ".join(self.settings.acr_values)} if self.settings.acr_values else {}
        if pending.step_up_person is not None:
            # `max_age` for providers that ignore `prompt` (OpenID Connect Core 1.0, section 3.1.2.1).
            more |= {"prompt": "login", "max_age": "0"}
        address: str = prepare_grant_uri(
            found.authorization_endpoint,
            self.settings.client_id,
            "code",
            redirect_uri=self.settings.redirect_uri,
            scope=_SCOPE,
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.code_verifier),
            code_challenge_method="S256",
            **more,
        )
        return address

    async def logout_url(self) -> str | None:
        """Return the URL at which a person signs out at the provider; None if it has none.

        Without an `id_token_hint` the provider asks for confirmation, so a link alone signs nobody out.

        Raises:
            ProviderUnavailable, ProviderNotTrusted.
        """
        end = (await self._discover()).end_session_endpoint
        if end is None:
            return None
        more = {"post_logout_redirect_uri": self.settings.signed_out_uri} if self.settings.signed_out_uri else {}
        return f"{end}{'&' if '?' in end else '?'}{urlencode({'client_id': self.settings.client_id} | more)}"

    async def identify(self, pending: PendingSignIn, code: str, *, response_issuer: str | None) -> Identity:
        """Redeem an authorization code and return the verified identity.

        Args:
            response_issuer: the `iss` parameter of the response (RFC 9207); None if there is none.

        Raises:
            ProviderUnavailable, ProviderNotTrusted, ClocksDiffer, GroupsNotListed.
            SignInNotPending: the provider does not know the code, or no longer.
            AuthenticationTooWeak: `acr` or `amr` does not have a required value.
            NotReauthenticated: for a step-up, `auth_time` is missing or before its start.
        """
        found = await self._discover()
        if response_issuer != self.settings.issuer and (response_issuer is not None or found.sends_issuer):
            raise ProviderNotTrusted("answer of another issuer")
        claims = await self._verify(await self._redeem(found, pending, code))
        self._check(claims, pending.nonce)
        self._check_strength(claims)
        authenticated_at = _seconds(claims, "auth_time")
        if pending.step_up_person is not None and (
            authenticated_at is None or authenticated_at < pending.at - LEEWAY_SECONDS
        ):
            raise NotReauthenticated
        return self._identity(claims, authenticated_at)

    async def _redeem(self, found: _Discovery, pending: PendingSignIn, code: str) -> str:
        """Return the ID token for the code, not verified. Other tokens of the response are ignored."""
        auth = ClientAuth(self.settings.client_id, self.settings.client_secret, found.client_auth)
        url, headers, body = auth.prepare(
            "POST",
            found.token_endpoint,
            {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"},
            prepare_token_request(
                "authorization_code",
                code=code,
                redirect_uri=self.settings.redirect_uri,
                code_verifier=pending.code_verifier,
            ),
        )
        answer = await self._request("POST", url, headers=headers, content=body)
        response = _parse_object(answer.content, "not JSON")
        if response.get("error") == "invalid_grant":
            raise SignInNotPending
        token = response.get("id_token")
        if answer.status_code != 200 or not isinstance(token, str):
            raise ProviderNotTrusted("code not redeemed")
        return token

    async def _verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token with a valid signature."""
        header = _header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ProviderNotTrusted("algorithm")
        key = await self._key(header.get("kid"))
        try:
            claims = dict(jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderNotTrusted("signature") from error
        _refuse_surrogates(claims, "no token")
        return claims

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Check the claims (OpenID Connect Core 1.0, section 3.1.3.7). Raises `ProviderNotTrusted`, `ClocksDiffer`."""
        ours, audience = self.settings.client_id, claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.settings.issuer:
            raise ProviderNotTrusted("issuer")
        if ours not in audiences:
            raise ProviderNotTrusted("audience")
        if claims.get("azp", ours) != ours or (len(audiences) > 1 and "azp" not in claims):
            raise ProviderNotTrusted("authorized party")
        if claims.get("nonce") != nonce:
            raise ProviderNotTrusted("nonce")
        now = self.clock()
        expires, issued, not_before = (_seconds(claims, name) for name in ("exp", "iat", "nbf"))
        if expires is None or issued is None:
            raise ProviderNotTrusted("no times")
        if max(issued, not_before or 0) > now + LEEWAY_SECONDS:
            raise ClocksDiffer
        if expires <= now - LEEWAY_SECONDS or issued < now - LONGEST_AGO_SECONDS - LEEWAY_SECONDS:
            raise ClocksDiffer

    def _check_strength(self, claims: Mapping[str, Any]) -> None:
        """Check `acr` and `amr`: the requested values are only a wish. Raises `AuthenticationTooWeak`."""
        means = claims.get("amr")
        if self.settings.acr_values and claims.get("acr") not in self.settings.acr_values:
            raise AuthenticationTooWeak
        if self.settings.amr_values and not (
            isinstance(means, list) and self.settings.amr_values & set(map(str, means))
        ):
            raise AuthenticationTooWeak

    def _identity(self, claims: Mapping[str, Any], authenticated_at: float | None) -> Identity:
        subject, email, name = claims.get("sub"), claims.get("email"), claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT_LENGTH:
            raise ProviderNotTrusted("subject")
        groups = claims.get(self.settings.groups_claim, [])
        # With some 200 groups, Entra ID lists none and names an endpoint instead.
        elsewhere = claims.get("_claim_names")
        if (isinstance(elsewhere, dict) and self.settings.groups_claim in elsewhere) or claims.get("hasgroups"):
            raise GroupsNotListed
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise ProviderNotTrusted("groups")
        verified = claims.get("email_verified", self.settings.emails_verified)
        return Identity(
            self.settings.issuer,
            subject,
            email if isinstance(email, str) and email else None,
            verified is True,
            name if isinstance(name, str) and name else None,
            frozenset(groups),
            authenticated_at,
        )

    async def _key(self, id: object) -> _Key:
        """Return the key with the id; without an id, the only key."""
        keys = await self._keys_not_before(self.clock() - _KEPT_SECONDS)
        key = _find_key(keys, id)
        if key is None:
            # The provider may have rotated its keys.
            key = _find_key(await self._keys_not_before(self.clock() - _AGAIN_SECONDS), id)
        if key is None:
            raise ProviderNotTrusted("unknown key")
        return key

    async def _keys_not_before(self, moment: float) -> _Keys:
        found = await self._discover()
        if self._keys is None or self._keys.read_at < moment:
            self._keys = await self._shared("keys", lambda: self._read_keys(found.jwks_uri))
        return self._keys

    async def _read_keys(self, url: str) -> _Keys:
        return _Keys(_usable_keys((await self._read(url)).get("keys")), self.clock())

    async def _discover(self) -> _Discovery:
        if self._discovery is None or self._discovery.read_at < self.clock() - _KEPT_SECONDS:
            self._discovery = await self._shared("discovery", self._read_discovery)
        return self._discovery

    async def _read_discovery(self) -> _Discovery:
        document = await self._read(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            return self._parse_discovery(document)
        except TypeError as error:
            raise ProviderNotTrusted("discovery") from error

    async def _shared(self, what: str, ask: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
        """Share one request among concurrent callers, so that a slow provider is asked once."""
        request = self._in_flight.get(what)
        if request is None:
            request = self._in_flight[what] = asyncio.ensure_future(ask())
            request.add_done_callback(lambda done: self._on_done(what, done))
        answer: _Answer = await asyncio.shield(request)
        return answer

    def _on_done(self, what: str, done: asyncio.Future[Any]) -> None:
        del self._in_flight[what]
        if not done.cancelled():
            done.exception()  # retrieved, even if all callers have been cancelled

    def _parse_discovery(self, document: Mapping[str, Any]) -> _Discovery:
        if document.get("issuer") != self.settings.issuer:
            raise ProviderNotTrusted("issuer of the discovery")
        if "S256" not in document.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderNotTrusted("no PKCE")
        endpoints = [
            self._allowed(document.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        ]
        if None in endpoints:
            raise ProviderNotTrusted("another host")
        offered = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        client_auth = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        sends_issuer = document.get("authorization_response_iss_parameter_supported") is True
        # Optional: without it, the page does not offer to sign out there.
        end = self._allowed(document.get("end_session_endpoint"))
        way, token, keys = map(str, endpoints)
        return _Discovery(way, token, keys, client_auth, sends_issuer, end, self.clock())

    def _allowed(self, url: object) -> str | None:
        """Return a URL of the discovery document if its origin is allowed; None otherwise."""
        try:
            return url if isinstance(url, str) and origin_of(url) in self._origins() else None
        except ValueError:
            return None

    async def _read(self, url: str) -> dict[str, Any]:
        answer = await self._request("GET", url, headers={"accept": "application/json"})
        if answer.status_code != 200:
            raise ProviderNotTrusted("nothing there")
        return _parse_object(answer.content, "not JSON")

    async def _request(self, method: str, url: str, **sent: Any) -> httpx.Response:
        transport = LimitedTransport(self._origins())
        try:
            async with httpx.AsyncClient(transport=transport, timeout=timeouts(), trust_env=False) as client:
                answer = await client.request(method, url, **sent)
        except httpx.HTTPError as error:
            raise ProviderUnavailable from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise ProviderUnavailable
        return answer

    def _origins(self) -> frozenset[str]:
        return self.settings.more_origins | {origin_of(self.settings.issuer)}


def _header(token: str) -> dict[str, Any]:
    raw = from_base64url(token.partition(".")[0])
    if raw is None:
        raise ProviderNotTrusted("no token")
    return _parse_object(raw, "no token")


def _parse_object(raw: bytes, reason: str) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProviderNotTrusted(reason) from error
    if not isinstance(parsed, dict):
        raise ProviderNotTrusted(reason)
    _refuse_surrogates(parsed, reason)
    return parsed


def _refuse_surrogates(document: Mapping[str, Any], reason: str) -> None:
    """Refuse unpaired surrogates, which JSON allows and UTF-8 does not. Raises `ProviderNotTrusted`."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise ProviderNotTrusted(reason) from error


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # Python's JSON accepts NaN and infinity, which no comparison catches.
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        raise ProviderNotTrusted("no times")
    return value


def _usable_keys(jwk_set: object) -> dict[str | None, _Key]:
    """Return the keys of a JWK set that can verify; skips others."""
    keys: dict[str | None, _Key] = {}
    for one in jwk_set if isinstance(jwk_set, list) else []:
        words: dict[str, str | list[str]] = {}
        words |= {name: value for name, value in one.items() if isinstance(value, str)} if isinstance(one, dict) else {}
        kind = _KINDS.get(str(words.get("kty")))
        short = kind is RSAKey and len(from_base64url(str(words.get("n"))) or b"") < _SMALLEST_RSA
        elsewhere = kind is not RSAKey and words.get("crv") not in _CURVES
        if kind is None or short or elsewhere or words.get("use", "sig") != "sig":
            continue
        try:
            key = kind.import_key(words)
        except (JoseError, ValueError, TypeError):
            continue
        keys[str(words["kid"]) if "kid" in words else None] = key
    return keys


def _find_key(keys: _Keys, id: object) -> _Key | None:
    if id is None:
        return next(iter(keys.by_id.values())) if len(keys.by_id) == 1 else None
    return keys.by_id.get(id) if isinstance(id, str) else None
