"""HTTP for every service: the application factory, authentication, authorisation, and errors.

Make an application with `app.create_web_app`::

    def create_app(settings: PledgesSettings | None = None) -> FastAPI:
        settings = settings or PledgesSettings()
        app = create_web_app(title="Pledges", service="pledges", settings=settings, lifespan=lifespan,
                             larger_bodies={"/pledges/import": 10 * MIB})
        app.include_router(api.router)      # JSON under /api/pledges/v1/…
        app.include_router(pages.router)    # HTML; APIRouter(include_in_schema=False)
        return app

It serves `/assets/…` and `/api/<service>/v1/openapi.json`, and sends the strict Content-Security-Policy with every
response: no inline script or style, no `style=` attribute, no `hx-on`.

Routes: `dependencies.py` (injection), `auth.py` and `policy.py` (who may call, and which resources),
`preconditions.py` (If-Match), `idempotency.py` (Idempotency-Key), `paging.py`, `rate_limits.py`, `schemas.py`.

Errors: the domain raises a `Refusal` (`shared.refusals`), a route a `Problem` (`problems.py`). Programs get RFC 9457
problem+json, people a page, htmx a fragment; 401 on a page redirects to /sign-in. Validation errors become 422 with
`errors: [{pointer, code, message}]` in the client's language and never repeat the input. Validators raise
`ValueError(N_("…"))` or `PydanticCustomError(code, "…")`: the messages are translated.

Requests: `middleware.py` (ids, language, headers), `request_guards.py` (body sizes), `csrf.py`.
Responses: `representations.py` (HEAD, compression).

Not here: templates, words and forms (`shared.ui`).
"""
