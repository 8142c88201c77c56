"""Renders a typst layout as a PDF."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typst

from shared.documents.fonts import MAIN_FONT, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from shared.documents.fonts import FallbackFont


def render_pdf(layout: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the layout filled with the data as an accessible PDF (PDF/UA-1). Equal arguments give equal bytes.

    Any text can be printed: see `shared.documents.fonts.printable`. Takes some tenths of a second of processor time:
    call it in a thread.

    Args:
        layout: a `.typ` file. It reads the data with `json(bytes(sys.inputs.data))`, so data is never typst source, and
            the font families for its text with `json(bytes(sys.inputs.fonts))`.
        data: values that JSON has.
        made_at: written into the document as its time of creation.

    Raises:
        FontsNotBuiltError: a font is needed, and the fonts of documents have not been collected.
        typst.TypstError: the layout is wrong, or the document would not be accessible.
    """
    text, fonts = printable(data)
    families = [MAIN_FONT, *(font.family for font in fonts)]
    with _folder_of(fonts) as folder:
        compiled = typst.compile(
            layout,
            format="pdf",
            # Only fonts of packages, so that every machine makes the same document.
            ignore_system_fonts=True,
            font_paths=[folder],
            sys_inputs={"data": json.dumps(text, ensure_ascii=False), "fonts": json.dumps(families)},
            pdf_standards=["ua-1"],
            timestamp=int(made_at.timestamp()),
        )
    assert isinstance(compiled, bytes)
    return compiled


@contextmanager
def _folder_of(fonts: Sequence[FallbackFont]) -> Iterator[Path]:
    """Yield a folder with the fonts, for as long as typst reads them."""
    with TemporaryDirectory(prefix="tilsagn-fonts-") as name:
        folder = Path(name)
        for font in fonts:
            (folder / f"{font.family}.ttf").write_bytes(_unpacked(font))
        yield folder


@lru_cache(maxsize=64)
def _unpacked(font: FallbackFont) -> bytes:
    """Return the font as typst reads it: not compressed, and under its own family name."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - slow to import, and most documents do not need it

    with TTFont(font.path, recalcTimestamp=False) as unpacked:
        unpacked.flavor = None
        for record in unpacked["name"].names:
            if record.nameID in {1, 16}:
                record.string = font.family
        content = BytesIO()
        unpacked.save(content)
    return content.getvalue()
