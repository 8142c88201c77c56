"""Renders a typst layout as a PDF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path


def render_pdf(layout: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the layout filled with the data as an accessible PDF (PDF/UA-1). Equal arguments give equal bytes.

    Takes some tenths of a second of processor time: call it in a thread.

    Args:
        layout: a `.typ` file. It reads the data with `json(bytes(sys.inputs.data))`, so data is never typst source.
        data: values that JSON has.
        made_at: written into the document as its time of creation.

    Raises:
        typst.TypstError: the layout is wrong, or the document would not be accessible.
    """
    compiled = typst.compile(
        layout.read_bytes(),
        format="pdf",
        # Only the fonts that the package brings, so that every machine makes the same document.
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(compiled, bytes)
    return compiled
