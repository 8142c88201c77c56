"""HTTP for every service: the application, who asks, what they may, and how a request is refused.

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

Errors (`problems.py`): `raise Problem(409, "closed", _("The event is closed"), _("…"))`. Programs get RFC 9457
problem+json, people a page, htmx a fragment; 401 on a page redirects to /sign-in. Validation errors become 422 with
`errors: [{pointer, code, message}]` in the caller's language and never repeat the input. Validators raise
`ValueError(N_("…"))` or `PydanticCustomError(code, "…")`: the messages are translated.

Requests (`middleware.py`, `request_guards.py`): `request.state.correlation_id` and `.request_id` are UUIDs.
Cross-site requests are refused by Sec-Fetch-Site/Origin (bearer tokens are exempt), bodies over 1 MiB with 413.

What is not here: templates, words and forms (`shared.ui`); nothing here names a service.
"""
