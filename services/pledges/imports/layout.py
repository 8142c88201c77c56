"""What files of one kind look like: their columns, and how large they may be. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a list.

    Attributes:
        columns: in the order of the template that can be downloaded.
        required: those that the list must have, though not every line needs a value in them.
        other_names: further names of columns, in lower case.
        kinds: columns that hold the same kind of cells as a column of pledges: days, hours, job types.
        may_look_like_cpr: columns in which something shaped like a CPR number is accepted. P-numbers are exempt, and
            telephone numbers have a rule of their own, which accepts foreign ones.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    other_names: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    may_look_like_cpr: frozenset[str] = frozenset({"p-nummer", "telefon"})

    def meaning(self, name: str) -> str | None:
        """Return the column that a header (lower case) stands for, or None.

        Surveys such as KoboToolbox's write `timer_fra` for `timer fra`.
        """
        words = name.replace("_", " ")
        named = self.other_names.get(words, words)
        return named if named in self.columns else None

    def kind(self, column: str) -> str:
        """Return the column of pledges whose cells are like those of a column."""
        return self.kinds.get(column, column)


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """How large a file may be.

    Attributes:
        lines: below the header.
        file_bytes: of the file.
        unpacked_bytes: of a workbook's sheets, unpacked.
        text_bytes: of a workbook's other parts, unpacked. They are kept in memory.
    """

    lines: int
    file_bytes: int
    unpacked_bytes: int
    text_bytes: int


OF_PAGE: Final = SizeLimits(lines=5_000, file_bytes=2 * _MIB, unpacked_bytes=16 * _MIB, text_bytes=16 * _MIB)
"""Of a file that is uploaded: the answer comes within seconds."""
OF_COMMAND: Final = SizeLimits(lines=200_000, file_bytes=50 * _MIB, unpacked_bytes=1024 * _MIB, text_bytes=64 * _MIB)
"""Of a file that an operator imports on the command line."""
