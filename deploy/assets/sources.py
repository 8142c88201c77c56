"""Lists our own source files of the assets.

Scripts are `shared/ui/js/<name>/index.js` and the modules they import. Style sheets are `shared/ui/styles/*.css`, for
all pages, and `styles.css` of a feature or a part of one, for its pages.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_UI = ROOT / "shared" / "ui"
_SCRIPTS, _STYLES, _IMAGES = _UI / "js", _UI / "styles", _UI / "images"

# A later style sheet overrides an earlier one. The style sheets of features come between; print comes last.
_BEFORE_FEATURES = ("tokens", "base", "layout", "content", "forms", "charts", "phone", "projector")
_AFTER_FEATURES = ("print",)

# Pages that a phone also shows without the network have a style sheet of their own, with what they use of the others:
# the templates and the folders of scripts that they are made of. `assets.py` writes the classes of icons.
_LAYOUT = ("shared/ui/templates/layout.html", "shared/ui/templates/macros/*.html", "shared/ui/assets.py")
_SLIM = {
    "intake.css": (
        *_LAYOUT,
        "services/pledges/intake/templates/intake*.html",
        "services/pledges/pledges/templates/pledge_macros.html",
        *("shared/ui/js/controls/*.js", "shared/ui/js/intake/**/*.js", "shared/ui/js/handover/*.js"),
        *("shared/ui/js/offline/**/*.js", "shared/ui/js/session/*.js"),
    ),
    "door.css": (
        *_LAYOUT,
        "services/events/calendar/door/templates/*.html",
        *(
            "shared/ui/js/controls/*.js",
            "shared/ui/js/door/*.js",
            "shared/ui/js/offline/**/*.js",
            "shared/ui/js/session/*.js",
        ),
    ),
}


def scripts() -> dict[str, Path]:
    """Return the entry point of each script, by the script's name (`live.js`)."""
    return {f"{path.parent.name}.js": path for path in sorted(_SCRIPTS.glob("*/index.js"))}


def styles() -> list[Path]:
    """Return all style sheets in the order of the cascade: shared ones, features by path, print.

    Raises:
        ValueError: the files in `shared/ui/styles` differ from the order in this module.
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


def slim_styles() -> dict[str, list[Path]]:
    """Return what the pages with a slim style sheet are made of, by the style sheet's name."""
    return {
        name: sorted(path for pattern in patterns for path in ROOT.glob(pattern)) for name, patterns in _SLIM.items()
    }


def images() -> list[Path]:
    """Return the images that pages refer to."""
    return sorted(_IMAGES.iterdir())


def everything() -> Iterator[Path]:
    """Yield every source file of a build, without npm packages."""
    yield from sorted(path for folder in (_SCRIPTS, _STYLES, _IMAGES) for path in folder.rglob("*") if path.is_file())
    yield from _feature_styles()
    for paths in slim_styles().values():
        yield from paths


def _feature_styles() -> list[Path]:
    return sorted((ROOT / "services").glob("*/**/styles.css"))
