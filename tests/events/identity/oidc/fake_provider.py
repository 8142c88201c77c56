"""A provider that lies in every way we know: it injects faults; whether it is a provider is Keycloak's to show."""

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
    """Tells the truth until told otherwise.

    Attributes:
        claims: put into each token over what is true; None takes one out.
        discovery: put into the discovery over what is true.
        instead: what a path answers in place of anything else.
        forge: makes a token of true claims, in place of signing them.
        asked: the paths that were asked for.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.key = _first_key()
        self.claims: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.instead: dict[str, Response] = {}
        self.forge: Any = None
        self._answers = asyncio.Event()
        self._answers.set()
        self.answer: dict[str, str] | None = None
        self.asked: list[str] = []
        self.sent: list[dict[str, str]] = []
        self._begun: dict[str, str] = {}
        self.app = Starlette(
            routes=[Route("/{path:path}", self._answered, methods=["GET", "POST"])],
        )

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Answer nothing meanwhile."""
        self._answers.clear()
        try:
            yield
        finally:
            self._answers.set()

    def new_key(self, kid: str = "second") -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": kid}, private=True)

    def true_claims(self) -> dict[str, Any]:
        """Of a token for whoever has begun last."""
        now = int(time.time())
        true = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "f7a1",
            "iat": now,
            "exp": now + 60,
            "nonce": self._begun.get("nonce", ""),
            "email": "hanne@struer.example",
            "email_verified": True,
            "name": "Hanne Test",
            "groups": ["Jobcenter"],
        }
        return {name: value for name, value in (true | self.claims).items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token as the provider signs it."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid} | header, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """A token that nobody has signed."""
        return f"{_packed({'alg': 'none'})}.{_packed(claims)}."

    def signed_with_what_all_know(self, claims: dict[str, Any]) -> str:
        """A token signed with the provider's public key as if it were a secret."""
        said = f"{_packed({'alg': 'HS256', 'kid': self.key.kid})}.{_packed(claims)}"
        return f"{said}.{to_base64url(hmac.digest(self.key.as_pem(private=False), said.encode(), 'sha256'))}"

    async def _answered(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.asked.append(path)
        await self._answers.wait()
        if path in self.instead:
            return self.instead[path]
        if path == ".well-known/openid-configuration":
            return JSONResponse(self._says_of_itself())
        if path == "keys":
            return JSONResponse({"keys": [self.key.as_dict(private=False) | {"use": "sig"}]})
        if path == "authorize":
            self._begun = dict(request.query_params)
            answer = {"code": "a-code"} if self.answer is None else self.answer
            back = urlencode({"state": self._begun["state"], **answer})
            return RedirectResponse(f"{self._begun['redirect_uri']}?{back}", 302)
        if path == "token":
            self.sent.append({name: values[0] for name, values in parse_qs((await request.body()).decode()).items()})
            claims = self.true_claims()
            token = self.forge(claims) if self.forge else self.signed(claims)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})
        return Response(status_code=404)

    def _says_of_itself(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
        } | self.discovery

    def begun_by(self, address: str) -> dict[str, str]:
        """What an address that leads here holds; as if somebody had followed it."""
        self._begun = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return self._begun


@cache
def _first_key() -> RSAKey:
    """The same in every test: making one takes longer than most tests."""
    return RSAKey.generate_key(2048, {"kid": "first"}, private=True)


def _packed(said: dict[str, Any]) -> str:
    return to_base64url(json.dumps(said).encode())


@asynccontextmanager
async def lying() -> AsyncIterator[FakeProvider]:
    """One, on a free port of this machine."""
    fake_provider = FakeProvider()
    async with serving(fake_provider.app) as address:  # type: ignore[arg-type]  # Starlette's, and serves as well
        fake_provider.issuer = address
        yield fake_provider
