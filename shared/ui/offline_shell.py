"""Pages that a phone shows without the network.

A service worker keeps a *shell*: a page without anything of a person, and the files it needs. It answers the page's
address from there, so that the page opens at once on any network; the page's script fills it in
(`shared/ui/js/service_worker/`). All other requests go to the network as if there were no worker.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import Response

from shared.i18n.translations import LANGUAGES, use_language
from shared.ui.assets import URL_PREFIX, manifest
from shared.ui.pages import nobodys_context, render_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.i18n.translations import Language

_WORKER: Final = "service_worker.js"
_FONTS: Final = ("fonts/regular.woff2", "fonts/semibold.woff2")
_ICON: Final = "icon.svg"
_REFERENCE: Final = re.compile(r"url\(([^)]+)\)")


@dataclass(frozen=True)
class Shell:
    """A page that its service worker keeps.

    Attributes:
        page: the page's address, for example `/pledges/new`, or `/events/*/door` for a page of each event. The worker's
            scope is the folder above it, or above the `*`.
        of_server: parameters of the query with which the server answers, unless it cannot be reached.
        html: the page in each language. Everybody gets the same.
        assets: the plain names of the scripts and style sheets. Fonts and pictures come with them.
        later: files that the page loads when they are needed; the worker fetches them after all others.
    """

    page: str
    of_server: tuple[str, ...]
    html: Mapping[Language, str]
    assets: tuple[str, ...]
    later: tuple[str, ...] = ()

    def address(self, language: Language) -> str:
        """Return the address at which the worker fetches the page."""
        scope, _, _ = self.page.partition("*")[0].rpartition("/")
        return f"{scope}/shell/{language}"

    def files(self) -> list[str]:
        """Return the fingerprinted names of all assets that the page needs, each once."""
        build = manifest()
        names = [build.names[name] for name in (*self.assets, *_FONTS, _ICON)]
        for name in self.assets:
            if name.endswith(".css"):
                names += _REFERENCE.findall((build.folder / build.names[name]).read_text())
        return list(dict.fromkeys(name for name in names if not name.startswith("data:")))

    def worker(self) -> str:
        """Return the service worker's script. It changes when anything in the shell does."""
        build = manifest()
        later = [build.names[name] for name in self.later]
        files = {URL_PREFIX + name: _integrity((build.folder / name).read_bytes()) for name in (*self.files(), *later)}
        pages = {self.address(language): _integrity(html.encode()) for language, html in self.html.items()}
        code = (build.folder / build.names[_WORKER]).read_text()
        facts = {
            "page": self.page,
            "ofServer": self.of_server,
            "pages": {language: self.address(language) for language in self.html},
            "files": pages | files,
            "later": [URL_PREFIX + name for name in later],
        }
        version = hashlib.sha256((json.dumps(facts, sort_keys=True) + code).encode()).hexdigest()[:16]
        return f"self.SHELL={json.dumps({'version': version, **facts})};\n{code}"


def render_shell(
    service: str, template: str, page: str, context: Callable[[], Mapping[str, Any]], *, demo_mode: bool
) -> dict[Language, str]:
    """Return a page in each language as nobody in particular gets it.

    Args:
        service: the service whose template it is.
        template: the page's template.
        page: the page's address, for the links to its other languages; "" where they are relative.
        context: returns what the template needs besides, in the current language.
        demo_mode: whether this is a demonstration.
    """

    def rendered(language: Language) -> str:
        with use_language(language, service):
            return render_text(service, template, {**nobodys_context(page, demo_mode=demo_mode), **context()})

    # In an empty context, so that nothing of the request can get in: its language, principal or form token.
    return {language: Context().run(rendered, language) for language in LANGUAGES}


def worker_response(shell: Shell) -> Response:
    """Return the service worker's script. Browsers ask for it again at every visit."""
    return Response(shell.worker(), media_type="text/javascript", headers={"cache-control": "no-cache"})


def _integrity(content: bytes) -> str:
    """Return the digest by which `fetch` recognises the content, as in the Subresource Integrity specification."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
