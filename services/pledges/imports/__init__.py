"""Importing old pledges from a spreadsheet: a dry run with a verdict on every line, then all of it or nothing.

The format. CSV as Excel in Denmark saves it (`spreadsheet`). The first line names the columns, in any order; columns
with other names are ignored.

| column             | must | holds                                                                        |
|--------------------|------|------------------------------------------------------------------------------|
| `virksomhed`       | yes  | the company's name                                                           |
| `dato`             | yes  | the day of the pledge: `dd-mm-åååå`, `dd.mm.åååå` or `åååå-mm-dd`            |
| `pladser`          | yes  | how many positions                                                           |
| `timer fra`        | yes  | hours a week at least, with a decimal comma                                  |
| `timer til`        |      | hours a week at most; left out: as many as `timer fra`                       |
| `kontaktperson`    | yes  | whom to ring                                                                 |
| `telefon`, `e-mail`|      | how                                                                          |
| `type`             |      | småjob (when left out), praktik, løntilskud, fleksjob, ordinær, træning      |
| `opgaver`          |      | tasks of the catalogue, in Danish, English or as codes, separated by commas  |
| `arrangement`      |      | the event's title or id; the event has to be known                           |
| `cvr`, `p-nummer`  |      | of the company; a wrong CVR number is taken and flagged                      |
| `kommune`          |      | four-digit code; `671` is `0671`, as Excel eats the zero                     |
| `tidligst start`   |      | a day                                                                        |
| `reference`        |      | the line's name in the books it comes from; no two lines have the same       |

Importing the same file again changes nothing: a line's id follows from its reference, or without one from all that is
in it and from how many lines before it say the same. A line with a reference that says something else than it did
before is refused: a pledge is never changed by an import. Nothing that looks like a CPR number gets in, whatever its
column; only P-numbers may look like one.

`columns`: the names and what they may hold. `lines`: from a line to a pledge or to what is wrong with it. `report`:
the verdicts. `errors`: those that somebody has to correct, as a file. `running`: the use case.
"""

from services.pledges.imports.columns import COLUMNS, REQUIRED
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.errors import errors_csv
from services.pledges.imports.report import CellError, Report, Row

__all__ = ["COLUMNS", "REQUIRED", "CellError", "Report", "Row", "errors_csv", "import_pledges"]
