"""Authorisation: signed tokens, the principal of a request, and the dependencies by which routes deny by default.

Only the identity service signs tokens (it holds the private key); every service verifies them with the public keys. A
person's browser carries the token in a cookie, a program in `Authorization: Bearer`.
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
"""Holds the token of a person (renewed each minute while their session lasts) or of a guest with an event pass."""
SESSION_COOKIE = "__Host-tilsagn-session"
"""Holds the session, which only the identity service can read. Its presence shows that a token can be renewed."""
RENEWED_COOKIE = "__Host-tilsagn-renewed"
"""Set for some seconds after a renewal, so that a browser whose new token does not work is not redirected in a loop."""
ACTIVITY_RECORDED = "noted"
"""Its value when the renewal has also recorded that the person is active."""
ISSUER = "tilsagn"
AUDIENCE = "tilsagn"
SESSION_IDLE_SECONDS = 3600
"""A session ends after so long without activity of its person."""
TOKEN_SECONDS = 60
"""Lifetime of a person's token. A change to their account takes effect everywhere after at most this time."""
STEP_UP_SECONDS = 900
"""How recently a person must have signed in for sensitive changes, see `stepped_up`. A quarter of an
hour is enough for an administrator to add several people."""
_ALGORITHM = "Ed25519"
_CLOCK_SKEW_SECONDS = 30
_CACHED_TOKENS = 1000


class InvalidToken(Exception):
    """The token is forged, expired, malformed or for another audience. The error does not say which, on purpose."""


class NotAuthenticated(Exception):
    """The route needs a principal and there is none. Answered with 401, or a redirect to the sign-in page."""


class NotAllowed(Exception):
    """The principal's roles do not allow this. Answered with 403."""


class StepUpRequired(Exception):
    """The principal has to step up: sign in again. Answered with 401 (RFC 9470), or with a page that asks for it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request.

    Attributes:
        subject: `person:<uuid>`, `service:<name>`, `pass:<event uuid>` or `key:<uuid>`.
        roles: the roles in this taskforce; of an API key its scopes.
        taskforce_id: the only taskforce that the token gives access to; None for a service, which has access to all.
        municipality: four-digit code as text, for case workers.
        programme: whose participants a facilitator sees.
        event_id: the event of an event pass.
        pass_generation: the generation of an event pass; it is revoked when the event has a newer one.
        session_id: the session of a person; None for programs and passes.
        session_ends_at: when that session ends without further activity, Unix time in seconds.
        proved_at: when the person last signed in or confirmed who they are, Unix time in seconds; None if unknown.
        expires_at: when the token expires, Unix time in seconds.
        withheld: whether the person has more roles, which need a stronger sign-in.
    """

    subject: str
    roles: frozenset[str]
    taskforce_id: UUID | None
    municipality: str | None = None
    programme: str | None = None
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
        """Whether the person has signed in or confirmed who they are within the last `STEP_UP_SECONDS`."""
        return self.proved_at is not None and time.time() - self.proved_at <= STEP_UP_SECONDS

    def has(self, *roles: Role | Scope) -> bool:
        """Whether the principal has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


def sign_token(private_jwk: str, principal: Principal, *, lifetime_seconds: int) -> str:
    """Return a compact JWS for `principal`, valid from now.

    Args:
        private_jwk: an Ed25519 private key as JWK JSON text, with a `kid`.
        principal: the principal of the token. Its `expires_at` is ignored.
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
        "prg": principal.programme,
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
    """Return a new Ed25519 signing key, as JWK JSON text with a `kid`."""
    return json.dumps(OKPKey.generate_key("Ed25519", private=True, auto_kid=True).as_dict(private=True))


def public_jwks(private_jwk: str) -> str:
    """Return the public half of a private key, as the JSON text of a JWK set, for `token_jwks`."""
    key = OKPKey.import_key(json.loads(private_jwk))
    public = key.as_dict(private=False)
    return json.dumps({"keys": [public | {"kid": key.kid}]})


class TokenVerifier:
    """Verifies tokens against a set of public keys.

    The result of a signature check is cached by token; expiry is checked every time. Invalid tokens are not cached.

    Args:
        jwks: JWK set as JSON text.
    """

    def __init__(self, jwks: str) -> None:
        self._keys = KeySet.import_key_set(json.loads(jwks))
        self._signed = lru_cache(_CACHED_TOKENS)(self._read_signed)

    def verify(self, token: str) -> Principal:
        """Return the principal of a token. Raises `InvalidToken`."""
        principal, issued_at = self._signed(token)
        now = time.time()
        if principal.expires_at <= now or issued_at > now + _CLOCK_SKEW_SECONDS:
            raise InvalidToken
        return principal

    def _read_signed(self, token: str) -> tuple[Principal, int]:
        """Return the principal that a signed token names, and when it was issued. Raises `InvalidToken`."""
        try:
            claims = jwt.decode(token, self._keys, algorithms=[_ALGORITHM]).claims
            # Tokens made before November 2026 have no audience; a service token lasts a year.
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
                programme=claims.get("prg"),
                event_id=UUID(claims["evt"]) if "evt" in claims else None,
                pass_generation=claims.get("gen"),
                session_id=UUID(claims["sid"]) if "sid" in claims else None,
                session_ends_at=claims.get("end"),
                expires_at=int(claims["exp"]),
                withheld=claims.get("wh") is True,
                # A token without a session is made by `tilsagn token`, which needs the private key.
                proved_at=claims.get("auth_time", None if "sid" in claims else int(claims["iat"])),
            )
            return principal, int(claims["iat"])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise InvalidToken from error


def read_principal(connection: HTTPConnection, verifier: TokenVerifier) -> Principal | None:
    """Return the principal of a request, or None without a token. Raises `InvalidToken` for an invalid bearer token.

    An invalid or expired cookie is no error: the person has been signed out. Credentials of another scheme are a
    proxy's and not for us (the one route that takes Basic reads it itself), so the cookie counts beside them.
    """
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return verifier.verify(bearer.strip())
    cookie = connection.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        return verifier.verify(cookie)
    except InvalidToken:
        return None


ACCESS_ATTRIBUTE = "tilsagn_access"
"""Set on the dependencies below, so that a test finds every route without one."""


def require(*roles: Role | Scope) -> Callable[[HTTPConnection], Awaitable[Principal]]:
    """Return a FastAPI dependency that yields the principal if it has one of `roles`.

    Raises `NotAuthenticated` or `NotAllowed`, which are answered as a page or as problem+json.

    The dependency is async although it never waits: FastAPI runs a synchronous one in a thread, which costs more time
    than some routes need.
    """
    if not roles:
        raise ValueError("require() needs at least one role; use `public` for everybody")

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

    A leaked token of one service opens only what that service needs.

    Args:
        name: as in the subject of its token, `service:<name>`.
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
    """FastAPI dependency: any person who is signed in, whatever their roles, for routes about their own account.

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
"""Set on the dependencies of `stepped_up`, for `docs/authorisation.md`."""


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
    """FastAPI dependency of a route that everybody may call; yields the principal if there is one."""
    principal: Principal | None = getattr(connection.state, "principal", None)
    return principal


setattr(public, ACCESS_ATTRIBUTE, frozenset({"public"}))


def unclassified_routes(routes: Sequence[BaseRoute]) -> list[str]:
    """Return the paths of the routes that have none of the dependencies `require(...)`, `any_person` and `public`.

    Included routers are searched, too. Raises `ValueError` if there are no routes at all, so that a test cannot pass
    without checking any.
    """

    def classified(dependant: Any) -> bool:
        return hasattr(dependant.call, ACCESS_ATTRIBUTE) or any(classified(inner) for inner in dependant.dependencies)

    # FastAPI's routes only: mounted apps (assets) and the OpenAPI document are public by design.
    found = [route for route in iter_route_contexts(routes) if getattr(route, "dependant", None) is not None]
    if not found:
        raise ValueError("the application has no routes")
    return [route.path or "" for route in found if not any(classified(inner) for inner in route.dependant.dependencies)]
