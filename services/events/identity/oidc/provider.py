"""The provider: where it is to be asked, with which keys it signs, and whether to believe what it says."""

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
    ClocksDiffer,
    GroupsNotSaid,
    Identity,
    NotBegunHere,
    NotShownAnew,
    NotStrongEnough,
    ProviderNotBelieved,
    ProviderUnavailable,
)
from services.events.identity.oidc.http import Bounded, timeouts
from services.events.settings import ProviderSettings, origin_of
from shared.secrets import from_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from services.events.identity.oidc.domain import Begun

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
"""Signatures that only the provider can make. Not `none`, and none whose key we would share with it."""
LEEWAY_SECONDS: Final = 60
"""How far apart the two clocks may be; both are set by NTP (RFC 7519, section 4.1.4: no more than a few minutes)."""
LONGEST_AGO_SECONDS: Final = 600
"""A token was made when its code was redeemed, a moment ago."""
_SCOPE: Final = "openid profile email"
_KEPT_SECONDS: Final = 3600
_AGAIN_SECONDS: Final = 30
"""How soon keys are asked for again for one that is not among them: anybody can send us a token that names any key."""
_SMALLEST_RSA: Final = 2048 // 8
"""Bytes of the modulus (RFC 7518, section 3.3)."""
_LONGEST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0, section 2."""
_KINDS: Final[Mapping[str, type[RSAKey | ECKey | OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_CURVES: Final = frozenset({"P-256", "P-384", "P-521", "Ed25519", "Ed448"})
"""On which `ALGORITHMS` sign. There are others, some of which sign nothing at all."""

_Key = RSAKey | ECKey | OKPKey
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Discovery:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    client_auth: str
    says_who_it_is: bool
    end_session_endpoint: str | None
    read_at: float


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str | None, _Key]
    read_at: float


@dataclass(slots=True)
class Provider:
    """An OpenID Connect provider, asked when somebody wants to sign in: this service starts without it.

    Args:
        clock: Unix time in seconds.
    """

    settings: ProviderSettings
    clock: Callable[[], float] = time.time
    _discovery: _Discovery | None = None
    _keys: _Keys | None = None
    _asking: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def way_there(self, begun: Begun) -> str:
        """The address at the provider to which a browser is sent to sign in, or to show again who somebody is.

        Raises:
            ProviderUnavailable, ProviderNotBelieved.
        """
        found = await self._discovered()
        more = {"acr_values": " ".join(self.settings.acr_values)} if self.settings.acr_values else {}
        if begun.prover is not None:
            # Whoever knows no `prompt` knows `max_age` (OpenID Connect Core 1.0, section 3.1.2.1).
            more |= {"prompt": "login", "max_age": "0"}
        address: str = prepare_grant_uri(
            found.authorization_endpoint,
            self.settings.client_id,
            "code",
            redirect_uri=self.settings.redirect_uri,
            scope=_SCOPE,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.code_verifier),
            code_challenge_method="S256",
            **more,
        )
        return address

    async def way_out(self) -> str | None:
        """The address at which whoever has signed in there signs out there; None where it has none.

        Without a token that says who they are, it asks them first: nobody is signed out by a link.

        Raises:
            ProviderUnavailable, ProviderNotBelieved.
        """
        end = (await self._discovered()).end_session_endpoint
        if end is None:
            return None
        more = {"post_logout_redirect_uri": self.settings.signed_out_uri} if self.settings.signed_out_uri else {}
        return f"{end}{'&' if '?' in end else '?'}{urlencode({'client_id': self.settings.client_id} | more)}"

    async def identify(self, begun: Begun, code: str, *, said_by: str | None) -> Identity:
        """Who has signed in there, by the code with which they came back.

        Args:
            said_by: the `iss` of the answer's address (RFC 9207), if there is one.

        Raises:
            ProviderUnavailable, ProviderNotBelieved, ClocksDiffer, GroupsNotSaid.
            NotBegunHere: the provider does not know the code, or no longer.
            NotStrongEnough: it does not say that it has asked for as much as the settings want.
            NotShownAnew: somebody had to show it again, and it does not say that they did since they went there.
        """
        found = await self._discovered()
        if said_by != self.settings.issuer and (said_by is not None or found.says_who_it_is):
            raise ProviderNotBelieved("answer of another issuer")
        claims = await self._verified(await self._redeemed(found, begun, code))
        self._check(claims, begun.nonce)
        self._check_strength(claims)
        shown_at = _seconds(claims, "auth_time")
        if begun.prover is not None and (shown_at is None or shown_at < begun.at - LEEWAY_SECONDS):
            raise NotShownAnew
        return self._identity(claims, shown_at)

    async def _redeemed(self, found: _Discovery, begun: Begun, code: str) -> str:
        """The identity token for the code, as it came. Others that come with it are not looked at."""
        auth = ClientAuth(self.settings.client_id, self.settings.client_secret, found.client_auth)
        url, headers, body = auth.prepare(
            "POST",
            found.token_endpoint,
            {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"},
            prepare_token_request(
                "authorization_code",
                code=code,
                redirect_uri=self.settings.redirect_uri,
                code_verifier=begun.code_verifier,
            ),
        )
        answer = await self._asked("POST", url, headers=headers, content=body)
        said = _object(answer.content, "not JSON")
        if said.get("error") == "invalid_grant":
            raise NotBegunHere
        token = said.get("id_token")
        if answer.status_code != 200 or not isinstance(token, str):
            raise ProviderNotBelieved("code not redeemed")
        return token

    async def _verified(self, token: str) -> dict[str, Any]:
        """What a token says that the provider has signed."""
        header = _header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ProviderNotBelieved("algorithm")
        key = await self._key(header.get("kid"))
        try:
            claims = dict(jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderNotBelieved("signature") from error
        _refuse_halves(claims, "no token")
        return claims

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """OpenID Connect Core 1.0, section 3.1.3.7. Raises `ProviderNotBelieved`, `ClocksDiffer`."""
        ours, audience = self.settings.client_id, claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.settings.issuer:
            raise ProviderNotBelieved("issuer")
        if ours not in audiences:
            raise ProviderNotBelieved("audience")
        if claims.get("azp", ours) != ours or (len(audiences) > 1 and "azp" not in claims):
            raise ProviderNotBelieved("authorized party")
        if claims.get("nonce") != nonce:
            raise ProviderNotBelieved("nonce")
        now = self.clock()
        expires, issued, from_then = (_seconds(claims, name) for name in ("exp", "iat", "nbf"))
        if expires is None or issued is None:
            raise ProviderNotBelieved("no times")
        if max(issued, from_then or 0) > now + LEEWAY_SECONDS:
            raise ClocksDiffer
        if expires <= now - LEEWAY_SECONDS or issued < now - LONGEST_AGO_SECONDS - LEEWAY_SECONDS:
            raise ClocksDiffer

    def _check_strength(self, claims: Mapping[str, Any]) -> None:
        """What we ask for (`acr_values`) is a wish; what it says is looked at. Raises `NotStrongEnough`."""
        means = claims.get("amr")
        if self.settings.acr_values and claims.get("acr") not in self.settings.acr_values:
            raise NotStrongEnough
        if self.settings.amr_values and not (
            isinstance(means, list) and self.settings.amr_values & set(map(str, means))
        ):
            raise NotStrongEnough

    def _identity(self, claims: Mapping[str, Any], shown_at: float | None) -> Identity:
        subject, email, name = claims.get("sub"), claims.get("email"), claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise ProviderNotBelieved("subject")
        groups = claims.get(self.settings.groups_claim, [])
        # Entra ID names no groups where there are some 200, and says where to ask for them.
        elsewhere = claims.get("_claim_names")
        if (isinstance(elsewhere, dict) and self.settings.groups_claim in elsewhere) or claims.get("hasgroups"):
            raise GroupsNotSaid
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise ProviderNotBelieved("groups")
        verified = claims.get("email_verified", self.settings.emails_verified)
        return Identity(
            self.settings.issuer,
            subject,
            email if isinstance(email, str) and email else None,
            verified is True,
            name if isinstance(name, str) and name else None,
            frozenset(groups),
            shown_at,
        )

    async def _key(self, id: object) -> _Key:
        """The key that the token says it is signed with; the one there is, where it says none."""
        keys = await self._keys_not_before(self.clock() - _KEPT_SECONDS)
        key = _named(keys, id)
        if key is None:
            # A new one, after the provider has changed its keys?
            key = _named(await self._keys_not_before(self.clock() - _AGAIN_SECONDS), id)
        if key is None:
            raise ProviderNotBelieved("unknown key")
        return key

    async def _keys_not_before(self, moment: float) -> _Keys:
        found = await self._discovered()
        if self._keys is None or self._keys.read_at < moment:
            self._keys = await self._together("keys", lambda: self._read_keys(found.jwks_uri))
        return self._keys

    async def _read_keys(self, url: str) -> _Keys:
        return _Keys(_usable((await self._read(url)).get("keys")), self.clock())

    async def _discovered(self) -> _Discovery:
        if self._discovery is None or self._discovery.read_at < self.clock() - _KEPT_SECONDS:
            self._discovery = await self._together("discovery", self._read_discovery)
        return self._discovery

    async def _read_discovery(self) -> _Discovery:
        said = await self._read(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            return self._as_discovered(said)
        except TypeError as error:
            raise ProviderNotBelieved("discovery") from error

    async def _together(self, what: str, ask: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
        """Ask once for all who want to know it at this moment: while a provider hangs, nobody waits for others too."""
        asking = self._asking.get(what)
        if asking is None:
            asking = self._asking[what] = asyncio.ensure_future(ask())
            asking.add_done_callback(lambda done: self._asked_for(what, done))
        answer: _Answer = await asyncio.shield(asking)
        return answer

    def _asked_for(self, what: str, done: asyncio.Future[Any]) -> None:
        del self._asking[what]
        if not done.cancelled():
            done.exception()  # looked at, also where everybody who waited has gone away

    def _as_discovered(self, said: Mapping[str, Any]) -> _Discovery:
        if said.get("issuer") != self.settings.issuer:
            raise ProviderNotBelieved("issuer of the discovery")
        if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderNotBelieved("no PKCE")
        endpoints = [self._ours(said.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if None in endpoints:
            raise ProviderNotBelieved("another host")
        offered = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        client_auth = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        says_who_it_is = said.get("authorization_response_iss_parameter_supported") is True
        # People can do without signing out there.
        end = self._ours(said.get("end_session_endpoint"))
        way, token, keys = map(str, endpoints)
        return _Discovery(way, token, keys, client_auth, says_who_it_is, end, self.clock())

    def _ours(self, url: object) -> str | None:
        """An address that the discovery names, where it is on a host of the settings."""
        try:
            return url if isinstance(url, str) and origin_of(url) in self._origins() else None
        except ValueError:
            return None

    async def _read(self, url: str) -> dict[str, Any]:
        answer = await self._asked("GET", url, headers={"accept": "application/json"})
        if answer.status_code != 200:
            raise ProviderNotBelieved("nothing there")
        return _object(answer.content, "not JSON")

    async def _asked(self, method: str, url: str, **sent: Any) -> httpx.Response:
        transport = Bounded(self._origins())
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
        raise ProviderNotBelieved("no token")
    return _object(raw, "no token")


def _object(raw: bytes, reason: str) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProviderNotBelieved(reason) from error
    if not isinstance(said, dict):
        raise ProviderNotBelieved(reason)
    _refuse_halves(said, reason)
    return said


def _refuse_halves(said: Mapping[str, Any], reason: str) -> None:
    """Half a surrogate pair is no text, though JSON can write one. Raises `ProviderNotBelieved`."""
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise ProviderNotBelieved(reason) from error


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # Python's JSON has NaN and infinity: nothing is later than they are, nor earlier.
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        raise ProviderNotBelieved("no times")
    return value


def _usable(said: object) -> dict[str | None, _Key]:
    """The keys of a JWK set with which we verify; others are passed over."""
    keys: dict[str | None, _Key] = {}
    for one in said if isinstance(said, list) else []:
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


def _named(keys: _Keys, id: object) -> _Key | None:
    if id is None:
        return next(iter(keys.by_id.values())) if len(keys.by_id) == 1 else None
    return keys.by_id.get(id) if isinstance(id, str) else None
