"""Collects every front-end file, gives it a fingerprinted name, and writes compressed variants."""

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import brotli

from deploy.assets import esbuild, sources
from deploy.assets.fonts import FAMILY, subset
from deploy.assets.npm import NODE_MODULES
from deploy.assets.slim import slim

DKFDS = NODE_MODULES / "dkfds" / "dist"
_FONTS = DKFDS / "fonts" / "IBMPlexSans" / "complete" / "woff2"
_ICONS = DKFDS / "img" / "svg-icons"
# Two weights are enough: the heavier one is used from semibold up.
_WEIGHTS = (("regular", "Regular", "100 500"), ("semibold", "SemiBold", "501 900"))
_PACKED = {".css", ".js", ".svg", ".json", ".txt"}
_WORTH_PACKING = 256

_URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)["']?\s*\)""")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/[*/][#@] sourceMappingURL=[^\n]*")


@dataclass
class Bundle:
    """The files of a build by fingerprinted name, and the fingerprinted name of each plain name."""

    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> str:
        """Add a file under its plain name and return the fingerprinted name."""
        path = PurePosixPath(name)
        mark = hashlib.sha256(content).hexdigest()[:10]
        marked = str(path.with_name(f"{path.stem}.{mark}{path.suffix}"))
        self.files[marked] = content
        self.names[name] = marked
        return marked

    def write(self, folder: Path) -> None:
        """Write all files, and `.br` and `.gz` variants of text files."""
        for name, content in self.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if target.suffix in _PACKED and len(content) >= _WORTH_PACKING:
                Path(f"{target}.br").write_bytes(brotli.compress(content, quality=11))
                Path(f"{target}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def collect(say: Callable[[str], None]) -> tuple[Bundle, dict[str, str]]:
    """Return all files that pages need, and the icons to draw inline (name -> viewBox and SVG content)."""
    bundle = Bundle()
    faces = []
    for name, style, weights in _WEIGHTS:
        say(f"assets: font {style}")
        marked = bundle.add(f"fonts/{name}.woff2", subset(_FONTS / f"IBMPlexSans-{style}.woff2", style))
        faces.append(
            f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:{weights};font-display:swap;'
            f"src:url({marked}) format('woff2')}}"
        )
    say("assets: style sheets and scripts")
    design_system = _design_system(bundle, "".join(faces))
    bundle.add("dkfds.css", design_system.encode())
    bundle.add("htmx.js", _without_source_map((NODE_MODULES / "htmx.org/dist/htmx.min.js").read_text()).encode())
    for name, content in esbuild.scripts(sources.scripts()).items():
        bundle.add(name, content)
    for picture in sources.images():
        bundle.add(picture.name, picture.read_bytes())
    ours = esbuild.style_sheet(sources.styles())
    bundle.add("tilsagn.css", ours)
    for name, paths in sources.slim_styles().items():
        bundle.add(name, slim(design_system + ours.decode(), (path.read_text() for path in paths)).encode())
    _check_references(bundle)
    return bundle, {path.stem: _drawing(path) for path in sorted(_ICONS.glob("*.svg"))}


def _design_system(bundle: Bundle, faces: str) -> str:
    """Return the style sheet of DKFDS's neutral theme, with our subset font and its images in the bundle."""
    css = (DKFDS / "css" / "dkfds.min.css").read_text()
    css = _FONT_FACE.sub("", css).replace("IBM Plex Sans", FAMILY)
    return faces + _with_images(bundle, _without_source_map(css), DKFDS / "css")


def _with_images(bundle: Bundle, css: str, base: Path) -> str:
    """Add every file that the style sheet refers to, and return it with the fingerprinted names.

    Style sheets are at the top of the bundle, so relative URLs work.
    """

    def replaced(match: re.Match[str]) -> str:
        source = (base / match[1]).resolve()
        name = f"images/{source.name}"
        marked = bundle.names.get(name) or bundle.add(name, source.read_bytes())
        return f"url({marked})"

    return _URL.sub(replaced, css)


def _without_source_map(text: str) -> str:
    return _SOURCE_MAP.sub("", text)


def _drawing(path: Path) -> str:
    """Return the viewBox and the content of an icon, for an inline `<svg>`."""
    text = path.read_text()
    box = re.search(r'viewBox="([^"]+)"', text)
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
    return f"{box[1] if box else '0 0 24 24'}|{inside}"


def _check_references(bundle: Bundle) -> None:
    """Raise ValueError if a style sheet refers to a file that is not in the bundle."""
    for name, content in bundle.files.items():
        if name.endswith(".css"):
            missing = [url for url in _URL.findall(content.decode()) if url not in bundle.files]
            if missing:
                raise ValueError(f"{name} names files that are not built: {missing[:5]}")
