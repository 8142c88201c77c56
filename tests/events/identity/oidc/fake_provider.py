"""A fake OpenID Connect provider, which can misbehave in every way we know.

It is for faults only: `test_keycloak.py` shows that a real provider works.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.secrets import to_base64url
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request

CLIENT_ID: Final = "tilsagn"
CLIENT_SECRET: Final = "a-secret-of-the-tests"


class FakeProvider:
    """Answers correctly unless a test changes it.

    Attributes:
        claims: overrides claims of each token; None removes one.
        discovery: overrides fields of the discovery document.
        instead: by path, the response to send instead.
        forge: makes a token from the claims instead of signing them.
        requests: the requested paths.
        sent: the forms sent to the token endpoint.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.key = _first_key()
        self.claims: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.instead: dict[str, Response] = {}
        self.forge: Any = None
        self._responding = asyncio.Event()
        self._responding.set()
        self.answer: dict[str, str] | None = None
        self.requests: list[str] = []
        self.sent: list[dict[str, str]] = []
        self._authorization: dict[str, str] = {}
        self.app = Starlette(
            routes=[Route("/{path:path}", self._respond, methods=["GET", "POST"])],
        )

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Within the block, answer no request."""
        self._responding.clear()
        try:
            yield
        finally:
            self._responding.set()

    def new_key(self, kid: str = "second") -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": kid}, private=True)

    def true_claims(self) -> dict[str, Any]:
        """Return the claims for the last authorization request."""
        now = int(time.time())
        true = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "f7a1",
            "iat": now,
            "exp": now + 60,
            "nonce": self._authorization.get("nonce", ""),
            "email": "hanne@struer.example",
            "email_verified": True,
            "name": "Hanne Test",
            "groups": ["Jobcenter"],
        }
        return {name: value for name, value in (true | self.claims).items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """Return a signed token."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid} | header, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """Return a token with the algorithm `none`."""
        return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."

    def signed_with_public_key(self, claims: dict[str, Any]) -> str:
        """Return a token signed by HMAC with the public key."""
        unsigned = f"{_encoded({'alg': 'HS256', 'kid': self.key.kid})}.{_encoded(claims)}"
        return f"{unsigned}.{to_base64url(hmac.digest(self.key.as_pem(private=False), unsigned.encode(), 'sha256'))}"

    async def _respond(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.requests.append(path)
        await self._responding.wait()
        if path in self.instead:
            return self.instead[path]
        if path == ".well-known/openid-configuration":
            return JSONResponse(self.discovery_document())
        if path == "keys":
            return JSONResponse({"keys": [self.key.as_dict(private=False) | {"use": "sig"}]})
        if path == "authorize":
            self._authorization = dict(request.query_params)
            answer = {"code": "a-code"} if self.answer is None else self.answer
            back = urlencode({"state": self._authorization["state"], **answer})
            return RedirectResponse(f"{self._authorization['redirect_uri']}?{back}", 302)
        if path == "token":
            self.sent.append({name: values[0] for name, values in parse_qs((await request.body()).decode()).items()})
            claims = self.true_claims()
            token = self.forge(claims) if self.forge else self.signed(claims)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})
        return Response(status_code=404)

    def discovery_document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
        } | self.discovery

    def authorize(self, address: str) -> dict[str, str]:
        """Take an authorization URL as if a browser had followed it. Returns its parameters."""
        self._authorization = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return self._authorization


@cache
def _first_key() -> RSAKey:
    """The same key in every test: generating one is slow."""
    return RSAKey.generate_key(2048, {"kid": "first"}, private=True)


def _encoded(part: dict[str, Any]) -> str:
    return to_base64url(json.dumps(part).encode())


@asynccontextmanager
async def running() -> AsyncIterator[FakeProvider]:
    """Run a fake provider on a free port."""
    fake_provider = FakeProvider()
    async with serving(fake_provider.app) as address:  # type: ignore[arg-type]  # Starlette's, and serves as well
        fake_provider.issuer = address
        yield fake_provider
