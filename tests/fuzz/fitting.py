"""Makes requests satisfy rules that no schema expresses: existing ids, an end after the beginning, telephone numbers.

Data that is only valid by its schema is refused by the first rule, so later code is never reached. Therefore most of
it, never all, is changed to satisfy the rules. Data that is meant to be invalid does not change.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from schemathesis import GenerationMode

from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemathesis import Case

_LIKELY: Final = 0.8
_NAMED: Final = {
    "event_id": "event",
    "company_id": "company",
    "pledge_id": "pledge",
    "hire_id": "hire",
    "training_hire_id": "hire",
    "person_id": "person",
}
"""The kind of ids that a parameter or field takes."""
_TEXTS: Final = ("name", "title", "place", "email", "phone", "p_number", "cvr")


_WORDS: Final = ("Struer Trælast A/S", "Løkkens \N{ZERO WIDTH JOINER}Kød & Pølser", "\u202eÆrø", "<b>Ærø</b>")


class Fitting:
    """Makes requests satisfy the rules, from a seed.

    Args:
        ids: existing ids by resource: `event open`, `company 0`.
    """

    def __init__(self, seed: object, ids: Sequence[Mapping[str, UUID]]) -> None:
        self._chance = random.Random(f"{seed} fitting")
        self._ids = ids

    def fit(self, case: Case[Any]) -> None:
        """Change a request before it is sent."""
        if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
            return
        if isinstance(case.body, dict):
            self._new(case, case.body)
            case.body = self._body(case.body)
        if case.path_parameters:
            case.path_parameters.update(self._known(case.path_parameters))
        if case.query:
            case.query.update(self._known(case.query))
            self._leave_out(case.query, "page_token")
        self._leave_out(case.headers, "if-match")

    def _likely(self) -> bool:
        return self._chance.random() < _LIKELY

    def _new(self, case: Case[Any], body: dict[str, Any]) -> None:
        """Set a new id and idempotency key; otherwise the request repeats an earlier one."""
        if "id" in body and self._likely():
            body["id"] = str(UUID(int=self._chance.getrandbits(128), version=4))
            if "Idempotency-Key" in case.headers:
                case.headers["Idempotency-Key"] = body["id"]

    def _known(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: self._id_of(_NAMED[name])
            for name, value in values.items()
            if name in _NAMED and value is not None and self._likely()
        }

    def _id_of(self, kind: str) -> str:
        ids = [id for known in self._ids for name, id in known.items() if name.startswith(kind)]
        return str(self._chance.choice(ids))

    def _leave_out(self, values: Any, name: str) -> None:
        if name in values and self._likely():
            del values[name]

    def _body(self, body: dict[str, Any]) -> dict[str, Any]:
        fitted = {
            name: self._body(value) if isinstance(value, dict) else self._field(name, value)
            for name, value in body.items()
        }
        fitted |= self._known(fitted)
        if "starts_at" in fitted and self._likely():
            starts_at = datetime.now(UTC) + timedelta(hours=self._chance.randrange(-48, 48))
            fitted["starts_at"] = starts_at.isoformat()
            fitted["ends_at"] = (starts_at + timedelta(hours=self._chance.randrange(1, 12))).isoformat()
        if {"ended_on", "reason"} <= fitted.keys() and self._likely():
            fitted["ended_on"] = self._day(1, 80)
        if {"from", "paid_weekly_hours"} <= fitted.keys() and self._likely():
            fitted |= {"from": self._day(1, 300), "paid_weekly_hours": self._chance.choice((0, 5, "7,5", 20))}
            fitted["praktik_weekly_hours"] = self._chance.choice((0, 5, 12.25))
        if {"from", "to"} <= fitted.keys() and self._likely():
            fitted |= {"from": self._chance.choice((1, 5, 7.5)), "to": self._chance.choice((10, "12,5", 37))}
        return fitted

    def _field(self, name: str, value: Any) -> Any:
        chance = self._chance
        if value is None or not self._likely():
            return value
        if name in _TEXTS and isinstance(value, str):
            return {
                "phone": "97 85 00 00",
                "email": f"{chance.getrandbits(40):x}@example.dk",
                "p_number": "1012345678",
                "cvr": "24256790",
            }.get(name, chance.choice(_WORDS))
        if name == "weekly_hours" and not isinstance(value, dict):
            return chance.choice((5, 7.5, "12,5", 37))
        if name == "position":
            return chance.choice((1, 2, None))
        if name in {"ended_on", "contacted_on", "version"}:
            return None
        return {"start_date": self._day(0, 30), "steps": []}.get(name, value)

    def _day(self, first: int, last: int) -> str:
        """Return a day so many days after today."""
        return (local_date(datetime.now(UTC)) + timedelta(days=self._chance.randint(first, last))).isoformat()
