"""Pages: a Jinja environment for each service, and `render`, with which every HTML route ends."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.i18n import translations
from shared.product import navigation
from shared.product import roles as role_names
from shared.ui.assets import asset_url, icon_svg
from shared.ui.csrf_field import FormFields, csrf_field
from shared.ui.formats import FILTERS
from shared.ui.local_paths import page_path

_SHARED_TEMPLATES = Path(__file__).with_name("templates")
_SERVICES = Path(__file__).resolve().parents[2] / "services"


class PageSettings(Protocol):
    """The settings that pages use."""

    @property
    def demo_mode(self) -> bool:
        """Whether this is a demonstration; every page shows that."""
        ...


# The language is looked up at every call, because all requests share the templates.
def _gettext(message: str) -> str:
    return translations.current().translations.gettext(message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return translations.current().translations.ngettext(singular, plural, number)


def _pgettext(context: str, message: str) -> str:
    return translations.current().translations.pgettext(context, message)


def _npgettext(context: str, singular: str, plural: str, number: int) -> str:
    return translations.current().translations.npgettext(context, singular, plural, number)


def template_folders(service: str) -> list[Path]:
    """Return every folder called `templates` in a service: its own and those of its feature packages."""
    return sorted((_SERVICES / service).glob("**/templates"))


@functools.cache
def templates(service: str) -> Environment:
    """Return the templates of a service and of its feature packages, then the shared ones (layout, macros).

    A template is named without its feature (`"pledge.html"`), so names are unique within a service.

    Output is always escaped; an undefined name is an error. `_`, `ngettext` and `pgettext` use the current language;
    filters are those of `shared.ui.formats`; `asset("x.css")` is an asset's address.
    """
    environment = Environment(
        loader=FileSystemLoader([*template_folders(service), _SHARED_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", FormFields],
        auto_reload=False,
    )
    words: Any = environment
    words.install_gettext_callables(_gettext, _ngettext, newstyle=True, pgettext=_pgettext, npgettext=_npgettext)
    environment.filters.update(FILTERS)
    environment.globals.update(
        asset=asset_url, csrf_field=csrf_field, icon_svg=icon_svg, current_language=translations.current_language
    )
    return environment


def _language_links(request: Request) -> dict[str, str]:
    """Return this page's address in each language. A page that answers a form links to the form's page."""
    path, _question_mark, query_string = page_path(request).partition("?")
    query = [(key, value) for key, value in parse_qsl(query_string) if key != "lang"]
    return {language: f"{path}?{urlencode([*query, ('lang', language)])}" for language in translations.LANGUAGES}


def page_context(request: Request) -> dict[str, Any]:
    """Return what every template knows: the principal, the language, the destinations, demo mode."""
    principal = getattr(request.state, "principal", None)
    roles: frozenset[str] = principal.roles if principal is not None else frozenset()
    places = navigation.destinations(roles)
    settings: PageSettings = request.app.state.settings
    return {
        "request": request,
        "answers_form": request.method == "POST",
        "principal": principal,
        "roles": roles,
        "role_labels": role_names.role_labels(roles),
        "places": places,
        "here": navigation.here(request.scope["path"], places),
        "language": translations.current_language(),
        "language_links": _language_links(request),
        "demo_mode": settings.demo_mode,
        "session_ends": principal.session_ends_at if principal is not None else None,
    }


def nobodys_context(path: str, *, demo_mode: bool) -> dict[str, Any]:
    """Return what `page_context` returns for a page that is the same for everybody, in the current language.

    Args:
        path: the page's address, for the links to its other languages.
        demo_mode: whether this is a demonstration.
    """
    return {
        "answers_form": False,
        "principal": None,
        "roles": frozenset(),
        "role_labels": [],
        "places": [],
        "here": None,
        "language": translations.current_language(),
        "language_links": {language: f"{path}?lang={language}" for language in translations.LANGUAGES},
        "demo_mode": demo_mode,
        "session_ends": None,
    }


def render_text(service: str, template: str, context: Mapping[str, Any]) -> str:
    """Render a template outside any request (mails, documents), in the language of the `use_language` block."""
    return templates(service).get_template(template).render(context)


def render(
    request: Request,
    template: str,
    /,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Render a page from the service's template and `page_context`."""
    environment: Environment = request.app.state.templates
    html = environment.get_template(template).render({**page_context(request), **context})
    return HTMLResponse(html, status_code, dict(headers or {}))
