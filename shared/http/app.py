"""The application factory: every service makes its web application with `create_web_app`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fastapi import Depends, FastAPI, Request

from shared.http import authentication, operator_routes, problems, refusals
from shared.http.accepted_forms import AcceptedForms
from shared.http.csrf import CrossSiteWrites, CsrfCookie, refuse_forged_forms
from shared.http.middleware import LanguageSelection, RequestIds, SecurityHeaders, UnexpectedErrors
from shared.http.openapi import describe
from shared.http.rate_limiter import RateLimiter, RateLimitHeaders, enforce_rate_limit
from shared.http.rate_limits import ClientKind, Rate, configured_rates
from shared.http.representations import Compression, HeadRequests
from shared.http.request_guards import BodyLimits
from shared.ui.assets import URL_PREFIX, AssetServer
from shared.ui.pages import PageSettings, templates

MIB = 1024 * 1024
LARGEST_UPLOAD = 8 * MIB
"""Bytes. The largest file that any service takes; it may pass through another service when its token is renewed."""


class WebAppSettings(PageSettings, Protocol):
    """The settings that `create_web_app` needs."""

    @property
    def public_url(self) -> str:
        """The address that people use, without a slash at its end."""
        ...

    @property
    def token_jwks(self) -> str:
        """The public keys that sign tokens, as the JSON text of a JWK set."""
        ...

    @property
    def rate_limits(self) -> Mapping[str, Mapping[ClientKind, Rate]]:
        """The rates that differ from the default, by rate class (`shared.http.rate_limits.read_rates`)."""
        ...

    @property
    def rate_limits_times(self) -> float:
        """The factor by which all rates are multiplied."""
        ...


def create_web_app(
    *,
    title: str,
    service: str,
    settings: WebAppSettings,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    body_limit: int = MIB,
    larger_bodies: Mapping[str, int] | None = None,
    version: str = "1",
    description: str = "",
    tags: Mapping[str, str] | None = None,
) -> FastAPI:
    """Make a FastAPI application with everything that the web sides of all services have in common.

    Args:
        title: the product's name for this part, shown in its OpenAPI document.
        service: the service's name; finds its templates and catalogs.
        settings: kept as `app.state.settings`.
        lifespan: as FastAPI's. It puts the service's `shared.db.database.Database` in `app.state.database`.
        body_limit: the largest request body in bytes; a larger one is answered 413.
        larger_bodies: path prefixes (uploads) with limits of their own, in bytes.
        version: of the API, shown in its OpenAPI document.
        description: of the API, in Markdown, shown there too.
        tags: what each tag of the API's operations is about, in the order in which they are shown.

    Returns:
        The application. It has: problem+json and problem pages for every error; security headers; checks of CSRF, body
        size and rate limits (`app.state.rate_limiter`); HEAD wherever there is GET; compressed text; request ids and
        the principal in log lines; a language for each request; `request.state.principal`; `/assets`;
        `/api/<service>/v1/openapi.json`; `/livez`, `/readyz` and `/metrics`.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        openapi_tags=[{"name": name, "description": about} for name, about in (tags or {}).items()],
        lifespan=lifespan,
        dependencies=[Depends(_admit)],
        docs_url=None,
        redoc_url=None,
        openapi_url=f"/api/{service}/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.templates = templates(service)
    app.state.rate_limiter = RateLimiter(configured_rates(settings.rate_limits, settings.rate_limits_times))
    problems.install(app)
    refusals.install(app)
    authentication.install(app)
    app.include_router(operator_routes.router)
    describe(app)
    app.mount(URL_PREFIX.rstrip("/"), AssetServer(), name="assets")
    # The middleware that is added last is the outermost.
    app.add_middleware(BodyLimits, limit=body_limit, larger=larger_bodies or {})
    app.add_middleware(CsrfCookie)
    app.add_middleware(AcceptedForms)
    app.add_middleware(RateLimitHeaders)
    app.add_middleware(CrossSiteWrites, public_url=settings.public_url)
    app.add_middleware(authentication.Authentication, token_jwks=settings.token_jwks)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(SecurityHeaders, public_url=settings.public_url)
    app.add_middleware(LanguageSelection, service=service)
    app.add_middleware(RequestIds, service=service)
    app.add_middleware(operator_routes.RequestMetrics, service=service)
    app.add_middleware(Compression)
    app.add_middleware(HeadRequests)
    return app


async def _admit(request: Request) -> None:
    """FastAPI dependency of every route, before any other. One function for both checks: each dependency costs time.

    Raises:
        Problem: 429, over the rate limit; 403, a forged form.
    """
    enforce_rate_limit(request)
    await refuse_forged_forms(request)
