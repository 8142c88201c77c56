"""Where the files of our own lie that become assets.

Scripts are `shared/ui/js/<name>/index.js` and what they import. Style sheets are those of `shared/ui/styles`, which
every page may use, and `services/<service>/<feature>/styles.css`, which only the pages of that feature use.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_UI = ROOT / "shared" / "ui"
_SCRIPTS, _STYLES, _IMAGES = _UI / "js", _UI / "styles", _UI / "images"

# A later style sheet overrides an earlier one. Features stand between: what a page prints is decided last.
_BEFORE_FEATURES = ("tokens", "base", "layout", "content", "forms", "charts", "phone", "projector")
_AFTER_FEATURES = ("print",)


def scripts() -> dict[str, Path]:
    """The entry point of each script, by the script's name (`live.js`)."""
    return {f"{path.parent.name}.js": path for path in sorted(_SCRIPTS.glob("*/index.js"))}


def styles() -> list[Path]:
    """All style sheets, in the order of the cascade: shared ones, features by path, print.

    Raises:
        ValueError: `shared/ui/styles` and the order written down here name different files.
    """
    order = (*_BEFORE_FEATURES, *_AFTER_FEATURES)
    found = {path.stem for path in _STYLES.glob("*.css")}
    if found != set(order):
        raise ValueError(f"in shared/ui/styles or in the order of deploy/assets, not in both: {found ^ set(order)}")
    return [
        *(_STYLES / f"{name}.css" for name in _BEFORE_FEATURES),
        *_feature_styles(),
        *(_STYLES / f"{name}.css" for name in _AFTER_FEATURES),
    ]


def images() -> list[Path]:
    """Pictures that pages name themselves."""
    return sorted(_IMAGES.iterdir())


def everything() -> Iterator[Path]:
    """Every file that a build is made of, apart from packages."""
    yield from sorted(path for folder in (_SCRIPTS, _STYLES, _IMAGES) for path in folder.rglob("*") if path.is_file())
    yield from _feature_styles()


def _feature_styles() -> list[Path]:
    return sorted((ROOT / "services").glob("*/*/styles.css"))
