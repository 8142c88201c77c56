"""The one base class of the domain's named errors. Imports no I/O, so every `domain` module may use it.

To add a refusal, write one class beside the rule that raises it::

    class PositionTaken(Refusal):
        \"\"\"The position has been filled or cancelled already.\"\"\"

        code = "position-taken"
        kind = "conflict"
        title = N_("The position has been filled already")
        detail = N_("Somebody was quicker. Choose another position.")
        field = "/position"

and its Danish words in the nearest `locale/da.po`. Nothing has to be registered: `create_web_app` answers every refusal
that a route does not catch, as problem+json or as a page. A route that shows a refusal inside a form of its own asks
`shared.http.refusals.problem_of(refusal)` for the translated words.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal

Kind = Literal[
    "invalid", "conflict", "stale", "not_found", "forbidden", "gone", "signed_out", "unavailable", "upstream_failed"
]
"""What a refusal means for the caller. `shared.http.refusals` maps each kind to one HTTP status."""


class Refusal(Exception):
    """A rule of the domain says no.

    A class between this one and the concrete refusals (to catch several at once) sets no `code`.

    Attributes:
        code: stable name for programs, in kebab-case; `/problems/<code>` in problem+json. Unique within a service.
        kind: decides the HTTP status.
        title: what happened, in English, marked with `N_`.
        detail: what the person can do about it, in English, marked with `N_`; may contain `%(name)s`.
        field: JSON pointer of the field at fault (`/position`), "" where none is.
        next_step: a local path and the label of a button that leads there, for people only. None: back to the form, or
            to the front page.
        values: fill the `%(name)s` in `detail`.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    title: ClassVar[str]
    detail: ClassVar[str]
    field: ClassVar[str] = ""
    next_step: ClassVar[tuple[str, str] | None] = None

    def __init__(self, **values: object) -> None:
        super().__init__(self.code)
        self.values = values


def refusals_of(package: str, base: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Yield the concrete refusals that the imported modules of a package define.

    Args:
        package: dotted name, such as `services.events`. Several services may run in one process.
        base: the class to start from.
    """
    for refusal in base.__subclasses__():
        if "code" in vars(refusal) and f"{refusal.__module__}.".startswith(f"{package}."):
            yield refusal
        yield from refusals_of(package, refusal)
