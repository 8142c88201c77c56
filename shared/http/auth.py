"""Who is asking, and may they: signed tokens, the principal behind a request, and deny by default.

`events` alone signs (it holds the private key); every service verifies with the public keys. A person's
browser carries the token in a cookie, a program in `Authorization: Bearer`.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi.routing import iter_route_contexts
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from starlette.requests import HTTPConnection

from shared.product.roles import PERSON_ROLES, ROLES, SCOPES, Role, Scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.routing import BaseRoute

COOKIE = "__Host-tilsagn"
"""Holds the token: of a person, renewed each minute while their session lives, or of a guest with an event pass."""
SESSION_COOKIE = "__Host-tilsagn-session"
"""Holds the session, which only `events` can read. That it is there says that a token can be had."""
RENEWED_COOKIE = "__Host-tilsagn-renewed"
"""Says for some seconds that a token has just been renewed: whoever cannot use it must not ask again at once."""
NOTED = "noted"
"""What it holds where `events` has noted with it that the person is at work."""
ISSUER = "tilsagn"
AUDIENCE = "tilsagn"
SESSION_IDLE_SECONDS = 3600
"""A session ends when its person has done nothing for so long."""
TOKEN_SECONDS = 60
"""How long a person's token is good: what has become of them since is known everywhere after that."""
STEP_UP_SECONDS = 900
"""How long ago somebody may have shown who they are for what a borrowed or forgotten screen must not do. In a quarter
of an hour an administrator adds a handful of people. See `stepped_up`."""
_ALGORITHM = "Ed25519"
_CLOCK_SKEW_SECONDS = 30
_REMEMBERED_TOKENS = 1000


class InvalidToken(Exception):
    """The token is forged, expired, malformed or not for us. Says nothing more, on purpose."""


class NotAuthenticated(Exception):
    """The route needs somebody and there is nobody. Answered with 401, or a way to the sign-in page."""


class NotAllowed(Exception):
    """Somebody is there and their roles do not allow this. Answered with 403."""


class StepUpRequired(Exception):
    """They may, once they have shown again who they are. Answered with 401 (RFC 9470), or a page that asks for it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking.

    Attributes:
        subject: `person:<uuid>`, `service:<name>`, `pass:<event uuid>` or `key:<uuid>`.
        roles: what they may be, in this taskforce; of an API key its scopes.
        taskforce_id: the one taskforce this token opens; None for a service, which works for all.
        municipality: four-digit code as text, for case workers.
        event_id: the event of an event pass.
        pass_generation: which issue of the event's pass; an older one than the event's is revoked.
        session_id: the session in which a person asks; None for programs and passes.
        session_ends_at: when that session ends unless they do something before, Unix time in seconds.
        proved_at: when they last showed who they are, Unix time in seconds; None where nobody knows.
        expires_at: Unix time in seconds.
        withheld: whether they have roles that the way they signed in does not open.
    """

    subject: str
    roles: frozenset[str]
    taskforce_id: UUID | None
    municipality: str | None = None
    event_id: UUID | None = None
    pass_generation: int | None = None
    session_id: UUID | None = None
    session_ends_at: int | None = None
    expires_at: int = 0
    withheld: bool = False
    proved_at: int | None = None

    @property
    def person_id(self) -> UUID | None:
        """The person's id, where the principal is a person."""
        kind, _, value = self.subject.partition(":")
        return UUID(value) if kind == "person" else None

    @property
    def person(self) -> UUID:
        """The person's id, for routes that only people reach. Raises `NotAllowed` for a pass or a service."""
        if self.person_id is None:
            raise NotAllowed
        return self.person_id

    @property
    def taskforce(self) -> UUID:
        """The taskforce, for routes that only people and passes reach. Raises `NotAllowed` for a service."""
        if self.taskforce_id is None:
            raise NotAllowed
        return self.taskforce_id

    @property
    def has_stepped_up(self) -> bool:
        """Whether they have shown who they are within the last `STEP_UP_SECONDS`."""
        return self.proved_at is not None and time.time() - self.proved_at <= STEP_UP_SECONDS

    def has(self, *roles: Role | Scope) -> bool:
        """Whether the principal has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


def sign_token(private_jwk: str, principal: Principal, *, lifetime_seconds: int) -> str:
    """Return a compact JWS for `principal`, valid from now.

    Args:
        private_jwk: an Ed25519 private key as JWK JSON text, with a `kid`.
        principal: who the bearer will be. `expires_at` is ignored.
        lifetime_seconds: how long it is valid.
    """
    key = OKPKey.import_key(json.loads(private_jwk))
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.subject,
        "roles": sorted(principal.roles),
        "iat": now,
        "exp": now + lifetime_seconds,
    }
    optional = {
        "tf": principal.taskforce_id and str(principal.taskforce_id),
        "mun": principal.municipality,
        "evt": principal.event_id and str(principal.event_id),
        "gen": principal.pass_generation,
        "sid": principal.session_id and str(principal.session_id),
        "end": principal.session_ends_at,
        "wh": principal.withheld or None,
        "auth_time": principal.proved_at,
    }
    claims |= {name: value for name, value in optional.items() if value is not None}
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key, algorithms=[_ALGORITHM])


def new_private_jwk() -> str:
    """Make an Ed25519 signing key, as JWK JSON text with a `kid`."""
    return json.dumps(OKPKey.generate_key("Ed25519", private=True, auto_kid=True).as_dict(private=True))


def public_jwks(private_jwk: str) -> str:
    """Return the JWK set of the public half, as JSON text, for `token_jwks`."""
    key = OKPKey.import_key(json.loads(private_jwk))
    public = key.as_dict(private=False)
    return json.dumps({"keys": [public | {"kid": key.kid}]})


class TokenVerifier:
    """Verifies tokens against a set of public keys.

    The signature of the same token is checked once, for it stays as right as it was; whether the token is valid now
    is asked every time. Only right ones are remembered, some of the latest.

    Args:
        jwks: JWK set as JSON text.
    """

    def __init__(self, jwks: str) -> None:
        self._keys = KeySet.import_key_set(json.loads(jwks))
        self._signed = lru_cache(_REMEMBERED_TOKENS)(self._read_signed)

    def verify(self, token: str) -> Principal:
        """Return who the bearer is. Raises `InvalidToken`."""
        principal, issued_at = self._signed(token)
        now = time.time()
        if principal.expires_at <= now or issued_at > now + _CLOCK_SKEW_SECONDS:
            raise InvalidToken
        return principal

    def _read_signed(self, token: str) -> tuple[Principal, int]:
        """Return what a token says that we have signed, and when it was issued. Raises `InvalidToken`."""
        try:
            claims = jwt.decode(token, self._keys, algorithms=[_ALGORITHM]).claims
            # Until November 2026 tokens named no audience; the service token of an installation lasts a year.
            if (claims["iss"], claims.get("aud", AUDIENCE)) != (ISSUER, AUDIENCE):
                raise InvalidToken
            roles = frozenset(claims["roles"])
            if not (roles <= ROLES or roles <= SCOPES):
                raise InvalidToken
            principal = Principal(
                subject=str(claims["sub"]),
                roles=roles,
                taskforce_id=UUID(claims["tf"]) if "tf" in claims else None,
                municipality=claims.get("mun"),
                event_id=UUID(claims["evt"]) if "evt" in claims else None,
                pass_generation=claims.get("gen"),
                session_id=UUID(claims["sid"]) if "sid" in claims else None,
                session_ends_at=claims.get("end"),
                expires_at=int(claims["exp"]),
                withheld=claims.get("wh") is True,
                # Outside sessions, whoever makes a token (`tilsagn token`) shows by it that they hold the key.
                proved_at=claims.get("auth_time", None if "sid" in claims else int(claims["iat"])),
            )
            return principal, int(claims["iat"])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise InvalidToken from error


def read_principal(connection: HTTPConnection, verifier: TokenVerifier) -> Principal | None:
    """Return who asks, or None where there is no token. Raises `InvalidToken` for a bad bearer token.

    A bad or expired cookie is no error: the person has simply been signed out. Who comes with a name and a password
    is nobody here: the one address that takes those reads them itself.
    """
    header = connection.headers.get("authorization", "")
    scheme, _, bearer = header.partition(" ")
    if scheme.lower() == "basic":
        return None
    if header:
        if scheme.lower() != "bearer" or not bearer:
            raise InvalidToken
        return verifier.verify(bearer.strip())
    cookie = connection.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        return verifier.verify(cookie)
    except InvalidToken:
        return None


ACCESS_ATTRIBUTE = "tilsagn_access"
"""Set on the dependencies below so that a test can find a route that nobody classified."""


def require(*roles: Role | Scope) -> Callable[[HTTPConnection], Awaitable[Principal]]:
    """Return a FastAPI dependency that yields the principal if it has one of `roles`.

    Raises `NotAuthenticated` or `NotAllowed`, which the web kit answers as a page or problem+json.

    A dependency is async although it never waits: FastAPI runs any other in a thread, and handing a request over
    and back takes longer than answering some.
    """
    if not roles:
        raise ValueError("name the roles that may; for everybody there is `public`")

    async def dependency(connection: HTTPConnection) -> Principal:
        principal: Principal | None = getattr(connection.state, "principal", None)
        if principal is None:
            raise NotAuthenticated
        if not principal.has(*roles):
            raise NotAllowed
        return principal

    setattr(dependency, ACCESS_ATTRIBUTE, frozenset(roles))
    return dependency


def require_service(name: str) -> Callable[[HTTPConnection], Awaitable[Principal]]:
    """Return a FastAPI dependency that yields the principal if it is this one service of the installation.

    A token that has leaked from one service opens what that one needs, and not what another does.

    Args:
        name: as it stands in the subject of its token, `service:<name>`.
    """
    any_service = require("service")

    async def dependency(connection: HTTPConnection) -> Principal:
        principal = await any_service(connection)
        if principal.subject != f"service:{name}":
            raise NotAllowed
        return principal

    setattr(dependency, ACCESS_ATTRIBUTE, getattr(any_service, ACCESS_ATTRIBUTE))
    return dependency


async def any_person(connection: HTTPConnection) -> Principal:
    """FastAPI dependency of a route for whoever is signed in, whatever their roles: their own account.

    Raises `NotAuthenticated`, or `NotAllowed` for passes and programs.
    """
    principal: Principal | None = getattr(connection.state, "principal", None)
    if principal is None:
        raise NotAuthenticated
    if principal.person_id is None or not principal.roles <= PERSON_ROLES:
        raise NotAllowed
    return principal


setattr(any_person, ACCESS_ATTRIBUTE, PERSON_ROLES)


STEP_UP_ATTRIBUTE = "tilsagn_step_up"
"""Set on the dependencies of `stepped_up`, for the table of who may do what."""


def stepped_up(
    access: Callable[[HTTPConnection], Awaitable[Principal]],
) -> Callable[[HTTPConnection], Awaitable[Principal]]:
    """Return a FastAPI dependency like `access` that also requires a sign-in within the last `STEP_UP_SECONDS`.

    For routes that change how a person signs in or what others may do (OWASP ASVS 5.0, 7.5.1 and 7.5.2): an unattended
    screen or a stolen session must not be enough. Raises what `access` raises, and then `StepUpRequired`.
    """

    async def dependency(connection: HTTPConnection) -> Principal:
        principal = await access(connection)
        if not principal.has_stepped_up:
            raise StepUpRequired
        return principal

    setattr(dependency, ACCESS_ATTRIBUTE, getattr(access, ACCESS_ATTRIBUTE))
    setattr(dependency, STEP_UP_ATTRIBUTE, True)
    return dependency


async def public(connection: HTTPConnection) -> Principal | None:
    """FastAPI dependency of a route that is open to everybody; yields the principal if there is one."""
    principal: Principal | None = getattr(connection.state, "principal", None)
    return principal


setattr(public, ACCESS_ATTRIBUTE, frozenset({"public"}))


def unclassified_routes(routes: Sequence[BaseRoute]) -> list[str]:
    """Return the paths of an application's routes that declare neither `require(...)` nor `any_person` nor `public`.

    Included routers are looked into: `app.routes` lists them as one route each. Raises `ValueError` where no
    route at all is found, so that a test of it cannot pass by looking at nothing.
    """

    def classified(dependant: Any) -> bool:
        return hasattr(dependant.call, ACCESS_ATTRIBUTE) or any(classified(inner) for inner in dependant.dependencies)

    # Of FastAPI's routes only: what Starlette mounts (assets) and the OpenAPI document are open by design.
    found = [route for route in iter_route_contexts(routes) if getattr(route, "dependant", None) is not None]
    if not found:
        raise ValueError("there are no routes to look at")
    return [route.path or "" for route in found if not any(classified(inner) for inner in route.dependant.dependencies)]
