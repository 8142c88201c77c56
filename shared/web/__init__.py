"""What the web side of every service has in common. Nothing here knows a service.

Making an application (`app.py`)::

    def create_app(settings: PledgesSettings | None = None) -> FastAPI:
        settings = settings or PledgesSettings()
        app = create_web_app(title="Pledges", service="pledges", settings=settings, lifespan=lifespan,
                             larger_bodies={"/pledges/import": 10 * MIB})
        app.include_router(api.router)      # JSON under /api/pledges/v1/…
        app.include_router(pages.router)    # HTML; APIRouter(include_in_schema=False)
        return app

It answers `/assets/…` and `/api/<service>/v1/openapi.json`, and gives every answer the strict
Content-Security-Policy: no inline script or style, no `style=` attribute, no `hx-on`.

A page (`pages.py`)::

    return render(request, "pledge.html", pledge=pledge)

`services/pledges/templates/pledge.html` begins with `{% extends "layout.html" %}` and fills the blocks `title`
and `main` (or `body`; `page_class` is "phone", "projector" or "board"). Every template knows `principal`,
`roles`, `language`, `demo_mode`, `request`; see `page_context`. Macros: `macros/content.html` (alert, status,
figure_number, panel, details, data_table, facts, empty, live …) and `macros/forms.html` (post_form, text_field,
select_field, radio_group, presets, chips, stepper, date_field, file_field, submit …). Icons are DKFDS's:
`{{ icon_svg("calendar-month") }}`. What is in the header for whom: `navigation.py`.

Words (`i18n.py`): English in the source is the key, `{{ _("Companies") }}`, with values
`_("Hello %(name)s", name=name)` and by number `ngettext("%(num)s position", "%(num)s positions", n)`; a sign of
percent is doubled in templates. Python: `from shared.web.i18n import gettext as _`; constants `N_("…")`, translated
where shown. Danish: `services/X/locale/da.po`, read as it is. `python -m shared.web.catalog` prints what is missing in
the form to paste; a test fails while anything is. Workers: `with speaking("da", service="notifications"):` and
`render_text(…)`.

Dates and numbers (`formats.py`), as filters: `{{ at | moment }}`, `date`, `long_date`, `time`, `month`, `quarter`,
`week`, `number`, `percent`, and `iso` for `datetime=` attributes.

Failure (`problems.py`): `raise Problem(409, "closed", _("The event is closed"), _("…"))`; programs get RFC 9457
problem+json, people a page, htmx a fragment; 401 on a page leads to /sign-in. Validation errors become 422
with `errors: [{pointer, code, message}]` in the asker's language and never contain what was sent. Raise
`ValueError(N_("…"))` or `PydanticCustomError(code, "…")` in validators: the words are translated.

Forms (`forms.py`): `form = await read_form(request, Model)`; `form.data` is None when something is wrong, then
`render(request, "new.html", status_code=422, form=form)`; `blank(positions=1)` for an empty one.

Charts (`charts/`): SVG drawn on the server, with links, patterns and a table beside it.

Requests (`requests.py`, `refusals.py`): `request.state.correlation_id` and `.request_id` are UUIDs; CSRF is refused by
Sec-Fetch-Site/Origin (Bearer exempt), bodies over 1 MiB by 413. Files (`assets.py`): `{{ asset("x.css") }}`; own ones
lie in `assets/src`, built by `python -m deploy.assets`.
"""
