"""Assets: style sheets, scripts, fonts and pictures, with fingerprinted names and cached for ever.

`python -m deploy.assets` builds them into `assets/built/`, with a `manifest.json` that maps plain names to
fingerprinted ones. Files that are not in the manifest are not served.
"""

import functools
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).with_name("assets") / "built"
URL_PREFIX = "/assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml"}


class AssetsNotBuiltError(RuntimeError):
    """There is no manifest, or it does not have the name."""


@dataclass(frozen=True)
class Manifest:
    """The build: plain name -> fingerprinted name, and icon name -> `viewBox|drawing`."""

    folder: Path
    names: dict[str, str]
    icons: dict[str, str]

    @classmethod
    def read(cls, built: Path = BUILT) -> "Manifest":
        """Read the current build. Raises AssetsNotBuiltError where there is none."""
        try:
            content = json.loads((built / "manifest.json").read_text())
        except FileNotFoundError:
            raise AssetsNotBuiltError(
                "the front-end assets are not built: run `make setup` (or python -m deploy.assets)"
            ) from None
        return cls(built / content["folder"], content["files"], content["icons"])

    def url(self, name: str) -> str:
        """Return the address of an asset by its plain name (`tilsagn.css`). Raises AssetsNotBuiltError if unknown."""
        try:
            return URL_PREFIX + self.names[name]
        except KeyError:
            raise AssetsNotBuiltError(
                f"no asset is called {name!r}: does deploy/assets build it, and has `make setup` been run?"
            ) from None


@functools.cache
def manifest() -> Manifest:
    """Return the build that this process serves; it is read once."""
    return Manifest.read()


def asset_url(name: str) -> str:
    """Return the address of an asset; in templates `{{ asset("icons/close.svg") }}`."""
    return manifest().url(name)


def icon_svg(name: str, label: str | None = None, css_class: str = "") -> Markup:
    """Return a DKFDS icon as inline SVG; hidden from assistive technology unless it has a label.

    Raises AssetsNotBuiltError if there is no such icon.
    """
    try:
        box, drawing = manifest().icons[name].split("|", 1)
    except KeyError:
        raise AssetsNotBuiltError(f"DKFDS has no icon called {name!r}") from None
    label_attributes = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon-svg {}" viewBox="{}" focusable="false" {}>{}</svg>').format(
        css_class,
        box,
        label_attributes,
        Markup(drawing),  # noqa: S704 - from the package that was installed by its hash
    )


@functools.lru_cache(maxsize=512)
def _content(path: Path) -> bytes:
    return path.read_bytes()


class AssetServer:
    """ASGI app for `/assets/…`: serves the files of the manifest, compressed when they were built."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        build = manifest()
        name = scope["path"].removeprefix(URL_PREFIX)
        if name not in build.names.values():
            raise HTTPException(404)
        await self._file(build.folder, name, Headers(scope=scope))(scope, receive, send)

    def _file(self, folder: Path, name: str, headers: Headers) -> Response:
        accepted = headers.get("accept-encoding", "")
        suffix = Path(name).suffix
        media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        for encoding, ending in _ENCODINGS:
            packed = folder / (name + ending)
            if encoding in accepted and packed.exists():
                extra = {"content-encoding": encoding}
                body = _content(packed)
                break
        else:
            extra = {}
            body = _content(folder / name)
        return Response(
            body, media_type=media_type, headers={"cache-control": _FOR_EVER, "vary": "accept-encoding", **extra}
        )
