"""Long lists of pledges and of hires as files, the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["pledges", "hires"]

_HEADERS: Final = {
    "pledges": "virksomhed;cvr;kommune;dato;pladser;timer fra;timer til;opgaver;kontaktperson;telefon;e-mail;reference",
    "hires": "virksomhed;cvr;kommune;startdato;betalte timer;praktiktimer;trin 2 fra;trin 2 betalte timer;slutdato;"
    "slutårsag;kontaktperson;telefon;e-mail;reference",
}


def list_of(kind: Kind, count: int, *, first: int = 0, bad_line: int | None = None) -> bytes:
    """Return a list of so many lines, of 4,000 companies and nine years, as Danish Excel saves it.

    Args:
        first: the number of the first line's reference; other lists have other ones.
        bad_line: the number of a line (the header is 1) whose day does not exist.
    """
    lines = [_HEADERS[kind], *_lines(kind, range(first, first + count))]
    if bad_line is not None:
        lines[bad_line - 1] = lines[bad_line - 1].replace("-20", "-31-20", 1)
    return "\r\n".join([*lines, ""]).encode("cp1252")


def _lines(kind: Kind, numbers: range) -> Iterator[str]:
    for number in numbers:
        day = f"{1 + number % 28:02}-{1 + number // 28 % 12:02}-{2015 + number // 336 % 9}"
        company = f"Bådebyggeri {number % 4000} ApS;;671;{day}"
        contact = f"Person Nr {number};{20_000_000 + number};p{number}@example.dk;S-{number}"
        if kind == "pledges":
            yield f"{company};{1 + number % 3};7,5;12;Vareopfyldning;{contact}"
        else:
            yield f"{company};;20;01-01-2025;12;{'31-12-2025;flyttet' if number % 2 else ';'};{contact}"
