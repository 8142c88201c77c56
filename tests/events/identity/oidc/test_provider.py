"""Verification of what a provider sends."""

from __future__ import annotations

import asyncio
import json
import math
import ssl
import time
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.events.identity.oidc import http
from services.events.identity.oidc.domain import (
    ClocksDiffer,
    GroupsNotListed,
    PendingSignIn,
    ProviderNotTrusted,
    ProviderUnavailable,
    SignInNotPending,
)
from services.events.identity.oidc.provider import Provider
from tests.events.identity.oidc.conftest import BACK, provider_settings
from tests.events.identity.oidc.fake_provider import CLIENT_SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from services.events.identity.oidc.domain import Identity
    from tests.events.identity.oidc.fake_provider import FakeProvider

DISCOVERY = ".well-known/openid-configuration"


async def identify(provider: Provider, fake_provider: FakeProvider, *, response_issuer: str | None = None) -> Identity:
    """Sign in at the fake provider and return the identity."""
    pending = PendingSignIn.new(uuid4(), "")
    fake_provider.authorize(await provider.authorization_url(pending))
    return await provider.identify(pending, "a-code", response_issuer=response_issuer)


async def reason(provider: Provider, fake_provider: FakeProvider, **options: Any) -> str:
    """Return the reason of the refusal."""
    with pytest.raises(ProviderNotTrusted) as refused:
        await identify(provider, fake_provider, **options)
    return refused.value.reason


async def test_a_valid_token_is_accepted(provider: Provider, fake_provider: FakeProvider) -> None:
    who = await identify(provider, fake_provider)
    assert (who.subject, who.email, who.email_verified, who.name) == (
        "f7a1",
        "hanne@struer.example",
        True,
        "Hanne Test",
    )
    assert who.groups == {"Jobcenter"}


async def test_the_authorization_url_requests_a_code_with_pkce(provider: Provider, fake_provider: FakeProvider) -> None:
    pending = PendingSignIn.new(uuid4(), "/events")
    address = urlsplit(await provider.authorization_url(pending))
    parameters = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{fake_provider.issuer}/authorize"
    assert parameters.pop("code_challenge") not in {pending.code_verifier, ""}
    assert parameters == {
        "response_type": "code",
        "client_id": "tilsagn",
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge_method": "S256",
    }
    assert len({pending.state, pending.nonce, pending.code_verifier}) == 3
    await provider.identify(pending, "a-code", response_issuer=None) if fake_provider.authorize(
        address.geturl()
    ) else None
    assert fake_provider.sent[-1]["code_verifier"] == pending.code_verifier
    assert CLIENT_SECRET not in str(fake_provider.sent)


async def test_client_secret_post_is_used_where_the_provider_offers_nothing_else(
    provider: Provider, fake_provider: FakeProvider
) -> None:
    fake_provider.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    await identify(provider, fake_provider)
    assert fake_provider.sent[-1]["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["another"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["tilsagn", "another"]}, "authorized party"),
        ({"azp": "another"}, "authorized party"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "no times"),
        ({"iat": None}, "no times"),
        ({"exp": "never"}, "no times"),
        ({"exp": True}, "no times"),
        ({"exp": math.inf}, "no times"),
        ({"exp": math.nan, "iat": math.nan}, "no times"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": 17}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"groups": "Administratorer"}, "groups"),
        ({"groups": [{"name": "Jobcenter"}]}, "groups"),
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(
    provider: Provider, fake_provider: FakeProvider, claims: dict[str, Any], why: str
) -> None:
    fake_provider.claims = claims
    assert await reason(provider, fake_provider) == why


@pytest.mark.parametrize("times", [{"iat": 300}, {"nbf": 300}, {"exp": -300}, {"iat": -900}])
async def test_a_clock_difference_of_five_minutes_is_refused(
    provider: Provider, fake_provider: FakeProvider, times: dict[str, int]
) -> None:
    fake_provider.claims = {name: int(time.time()) + apart for name, apart in times.items()}
    with pytest.raises(ClocksDiffer):
        await identify(provider, fake_provider)


@pytest.mark.parametrize("apart", [-45, 45])
async def test_a_clock_difference_of_less_than_a_minute_is_accepted(
    provider: Provider, fake_provider: FakeProvider, apart: int
) -> None:
    now = int(time.time()) + apart
    fake_provider.claims = {"iat": now, "nbf": now, "exp": now + 10}
    await identify(provider, fake_provider)


async def test_a_very_late_expiry_is_accepted(provider: Provider, fake_provider: FakeProvider) -> None:
    fake_provider.claims = {"exp": 10**400}
    await identify(provider, fake_provider)


async def test_an_unsigned_token_is_refused(provider: Provider, fake_provider: FakeProvider) -> None:
    fake_provider.forge = fake_provider.unsigned
    assert await reason(provider, fake_provider) == "algorithm"


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    provider: Provider, fake_provider: FakeProvider
) -> None:
    fake_provider.forge = fake_provider.signed_with_public_key
    assert await reason(provider, fake_provider) == "algorithm"


async def test_a_token_signed_by_somebody_else_under_the_keys_name_is_refused(
    provider: Provider, fake_provider: FakeProvider
) -> None:
    stranger = RSAKey.generate_key(2048, private=True)
    fake_provider.forge = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, stranger)
    assert await reason(provider, fake_provider) == "signature"


async def test_a_token_that_brings_its_own_key_is_refused(provider: Provider, fake_provider: FakeProvider) -> None:
    stranger = RSAKey.generate_key(2048, private=True)
    own = stranger.as_dict(private=False)
    fake_provider.forge = lambda claims: jwt.encode({"alg": "RS256", "kid": "first", "jwk": own}, claims, stranger)
    assert await reason(provider, fake_provider) == "signature"


async def test_a_token_whose_algorithm_is_not_that_of_the_key_is_refused(
    provider: Provider, fake_provider: FakeProvider
) -> None:
    elliptic = ECKey.generate_key("P-256", private=True)
    fake_provider.forge = lambda claims: jwt.encode({"alg": "ES256", "kid": "first"}, claims, elliptic)
    assert await reason(provider, fake_provider) == "signature"


@pytest.mark.parametrize("token", ["", "a.b.c", "æ.ø.å", "e30.e30.", "W10.W10.x", 17, None, {"a": "b"}])
async def test_a_malformed_token_is_refused(provider: Provider, fake_provider: FakeProvider, token: Any) -> None:
    fake_provider.instead["token"] = JSONResponse({"id_token": token})
    assert await reason(provider, fake_provider) in {"no token", "algorithm", "code not redeemed"}


async def test_a_short_rsa_key_is_ignored(provider: Provider, fake_provider: FakeProvider) -> None:
    with warnings.catch_warnings(action="ignore"):
        fake_provider.key = RSAKey.generate_key(1024, {"kid": "first"}, private=True)
        short = fake_provider.signed(fake_provider.true_claims())
    fake_provider.forge = lambda _claims: short
    assert await reason(provider, fake_provider) == "unknown key"


@pytest.mark.parametrize(
    "key", [ECKey.generate_key("P-256", {"kid": "e"}), OKPKey.generate_key("Ed25519", {"kid": "o"})]
)
async def test_other_kinds_of_keys_are_understood(
    provider: Provider, fake_provider: FakeProvider, key: ECKey | OKPKey
) -> None:
    algorithm = "ES256" if isinstance(key, ECKey) else "Ed25519"
    keys = [{"kty": "unheard of"}, "nonsense", {"kty": ["RSA"]}, key.as_dict(private=False)]
    fake_provider.instead["keys"] = JSONResponse({"keys": keys})
    fake_provider.forge = lambda claims: jwt.encode(
        {"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm]
    )
    await identify(provider, fake_provider)


async def test_an_encryption_key_verifies_nothing(provider: Provider, fake_provider: FakeProvider) -> None:
    fake_provider.instead["keys"] = JSONResponse({"keys": [fake_provider.key.as_dict(private=False) | {"use": "enc"}]})
    assert await reason(provider, fake_provider) == "unknown key"


async def test_an_unknown_key_id_fetches_the_keys_again_at_most_every_half_minute(
    fake_provider: FakeProvider,
) -> None:
    now = time.time()
    provider = Provider(provider_settings(fake_provider.issuer), clock=lambda: now)
    await identify(provider, fake_provider)
    await identify(provider, fake_provider)
    assert fake_provider.requests.count("keys") == 1
    fake_provider.new_key()
    now += 20
    # The keys were fetched a moment ago: tokens with invented key ids do not cause a request each.
    assert await reason(provider, fake_provider) == "unknown key"
    assert fake_provider.requests.count("keys") == 1
    now += 11
    fake_provider.claims = {"iat": int(now), "exp": int(now) + 60}
    await identify(provider, fake_provider)
    assert fake_provider.requests.count("keys") == 2


async def test_a_withdrawn_key_is_dropped_within_an_hour(fake_provider: FakeProvider) -> None:
    now = time.time()
    provider = Provider(provider_settings(fake_provider.issuer), clock=lambda: now)
    stolen = fake_provider.key
    await identify(provider, fake_provider)
    fake_provider.new_key()
    now += 3601
    fake_provider.claims = {"iat": int(now), "exp": int(now) + 60}
    fake_provider.forge = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, stolen)
    assert await reason(provider, fake_provider) == "unknown key"


@pytest.mark.parametrize("path", [DISCOVERY, "keys", "token"])
async def test_server_errors_of_the_provider_mean_unavailable(
    provider: Provider, fake_provider: FakeProvider, path: str
) -> None:
    fake_provider.instead[path] = Response(status_code=503)
    with pytest.raises(ProviderUnavailable):
        await identify(provider, fake_provider)


async def test_an_unreachable_provider_is_unavailable_until_it_is_back(
    provider: Provider, fake_provider: FakeProvider
) -> None:
    nobody = Provider(provider_settings("http://127.0.0.1:9"))
    with pytest.raises(ProviderUnavailable):
        await identify(nobody, fake_provider)
    fake_provider.instead[DISCOVERY] = Response(status_code=500)
    with pytest.raises(ProviderUnavailable):
        await identify(provider, fake_provider)
    fake_provider.instead.clear()
    await identify(provider, fake_provider)


async def test_a_provider_that_takes_too_long_is_unavailable(
    provider: Provider, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.2)
    with fake_provider.silent(), pytest.raises(ProviderUnavailable):
        await identify(provider, fake_provider)


async def test_concurrent_sign_ins_share_one_request_to_a_slow_provider(
    provider: Provider, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.2)
    with fake_provider.silent():
        ways = (provider.authorization_url(PendingSignIn.new(uuid4(), "")) for _ in range(20))
        found = await asyncio.gather(*ways, return_exceptions=True)
    assert all(isinstance(one, ProviderUnavailable) for one in found)
    assert len(fake_provider.requests) == 1


@pytest.mark.parametrize("path", [DISCOVERY, "keys", "token"])
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response(b"x" * (http.LARGEST + 1)), "too large"),
        (Response(b"[" * 100_000), "not JSON"),
        (Response(b"<html>"), "not JSON"),
        (JSONResponse(["a", "list"]), "not JSON"),
        (Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}), "packed answer"),
        (RedirectResponse("http://127.0.0.1:9/latest/meta-data"), "redirect"),
        (RedirectResponse("https://10.0.0.1/"), "redirect"),
    ],
)
async def test_a_malformed_response_is_refused(
    provider: Provider, fake_provider: FakeProvider, path: str, answer: Response, why: str
) -> None:
    fake_provider.instead[path] = answer
    assert await reason(provider, fake_provider) == why


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/keys",
        "https://elsewhere.example/",
        "http://localhost:9/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//elsewhere.example/",
        "http://localhost@elsewhere.example/",
        "https://[",
        "",
        17,
        None,
    ],
)
async def test_discovery_leads_nowhere_but_to_the_provider(
    provider: Provider, fake_provider: FakeProvider, endpoint: str, address: object
) -> None:
    fake_provider.discovery[endpoint] = address
    assert await reason(provider, fake_provider) == "another host"


async def test_discovery_may_lead_to_a_host_that_the_settings_name(fake_provider: FakeProvider) -> None:
    fake_provider.discovery["authorization_endpoint"] = "https://login.struer.example/authorize"
    more = frozenset({"https://login.struer.example:443"})
    address = await Provider(provider_settings(fake_provider.issuer, more_origins=more)).authorization_url(
        PendingSignIn.new(uuid4(), "")
    )
    assert address.startswith("https://login.struer.example/authorize?")


@pytest.mark.parametrize(
    ("discovery", "why"),
    [
        ({"issuer": "https://elsewhere.example"}, "issuer of the discovery"),
        ({"code_challenge_methods_supported": ["plain"]}, "no PKCE"),
        ({"code_challenge_methods_supported": 17}, "discovery"),
        ({"token_endpoint_auth_methods_supported": None}, "discovery"),
    ],
)
async def test_discovery_that_does_not_fit_is_refused(
    provider: Provider, fake_provider: FakeProvider, discovery: dict[str, Any], why: str
) -> None:
    fake_provider.discovery = discovery
    assert await reason(provider, fake_provider) == why


async def test_a_response_of_another_issuer_is_refused(provider: Provider, fake_provider: FakeProvider) -> None:
    assert (
        await reason(provider, fake_provider, response_issuer="https://elsewhere.example") == "answer of another issuer"
    )
    await identify(provider, fake_provider, response_issuer=fake_provider.issuer)


async def test_a_provider_that_announces_iss_must_send_it(provider: Provider, fake_provider: FakeProvider) -> None:
    fake_provider.discovery["authorization_response_iss_parameter_supported"] = True
    assert await reason(provider, fake_provider) == "answer of another issuer"
    await identify(provider, fake_provider, response_issuer=fake_provider.issuer)


async def test_an_expired_code_is_not_a_failed_verification(provider: Provider, fake_provider: FakeProvider) -> None:
    fake_provider.instead["token"] = JSONResponse({"error": "invalid_grant"}, 400)
    with pytest.raises(SignInNotPending):
        await identify(provider, fake_provider)
    fake_provider.instead["token"] = JSONResponse({"error": "invalid_client"}, 401)
    assert await reason(provider, fake_provider) == "code not redeemed"


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": None, "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x"}}},
        {"groups": None, "hasgroups": True},
    ],
)
async def test_a_token_that_does_not_list_the_groups_is_refused(
    provider: Provider, fake_provider: FakeProvider, claims: dict[str, Any]
) -> None:
    fake_provider.claims = claims
    with pytest.raises(GroupsNotListed):
        await identify(provider, fake_provider)


@pytest.mark.parametrize(
    ("claim", "believed", "verified"),
    [(True, False, True), (False, True, False), ("true", True, False), (None, False, False), (None, True, True)],
)
async def test_an_address_is_verified_if_the_provider_or_the_settings_say_so(
    fake_provider: FakeProvider, claim: object, believed: bool, verified: bool
) -> None:
    fake_provider.claims = {"email_verified": claim}
    provider = Provider(provider_settings(fake_provider.issuer, emails_verified=believed))
    assert (await identify(provider, fake_provider)).email_verified is verified


def test_a_pending_sign_in_is_read_as_it_was_written() -> None:
    pending = PendingSignIn.new(uuid4(), "/events?æ=ø")
    assert PendingSignIn.read(pending.text()).digest() == pending.digest()
    assert PendingSignIn.new(uuid4(), "/" + "x" * 1000).next == ""
    assert json.dumps(pending.text())  # ASCII, for a cookie
    for text in ("", "AAAA", "æ", pending.text()[:40], PendingSignIn(bytes(32), uuid4(), "").text() + "_w"):
        with pytest.raises(SignInNotPending):
            PendingSignIn.read(text)


async def test_somebody_else_at_the_providers_address_is_not_asked(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(listen, "localhost", 0, ssl=own)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(ProviderUnavailable):
            await Provider(provider_settings(f"https://localhost:{port}")).authorization_url(
                PendingSignIn.new(uuid4(), "")
            )
    finally:
        server.close()
    assert heard in ([], [b""])
