"""Pages of every service: layout, macros, formats, forms, charts, and assets.

Pages (`pages.py`): `return render(request, "pledge.html", pledge=pledge)`. A template begins with
`{% extends "layout.html" %}` and fills the blocks `title` and `main` (or `body`; `page_class` is "phone", "projector"
or "board"). Every template knows `principal`, `roles`, `language`, `demo_mode`, `request`; see `page_context`. Macros:
`macros/content.html` (alert, status, figure_number, panel, details, data_table, facts, empty, live …) and
`macros/forms.html` (post_form, text_field, select_field, radio_group, presets, chips, stepper, date_field, file_field,
submit …). Icons are DKFDS's: `{{ icon_svg("calendar-month") }}`.

Words are in `shared.i18n`: the English in the source is the key, `{{ _("Companies") }}`, with values
`_("Hello %(name)s", name=name)` and plurals `ngettext("%(num)s position", "%(num)s positions", n)`; a percent sign is
doubled in templates. A worker renders text with `with use_language("da", service="notifications"): render_text(…)`.

Dates and numbers (`formats.py`) are filters: `{{ at | moment }}`, `date`, `long_date`, `time`, `month`, `quarter`,
`week`, `number`, `percent`, and `iso` for `datetime=` attributes.

Forms (`forms.py`): `form = await read_form(request, Model)`; `form.data` is None when a field is invalid, then
`render(request, "new.html", status_code=422, form=form)`; `blank(positions=1)` for an empty one.

Charts (`charts/`): SVG drawn on the server, with links, patterns and a table beside it.

Files (`assets.py`): `{{ asset("live.js") }}`, built by `python -m deploy.assets` from `js/`, `styles/`, `images/` and
the features' `styles.css`.
"""
