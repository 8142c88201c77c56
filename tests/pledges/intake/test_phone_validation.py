"""The phone judges what is typed as the server does: otherwise a pledge is refused when its company has gone home."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import pytest

from services.pledges.intake.pages import IntakeForm
from services.pledges.pledges.forms import read_as
from services.pledges.pledges.schemas import PledgeIn
from tests.shared.ui.test_scripts import ROOT

TYPED: Final[dict[str, tuple[str, ...]]] = {
    "company.name": (
        "Ærø Bageri",
        "Bang & Olufsen A/S",
        "🍰 Kager ApS",
        "a" * 200,
        "a" * 201,
        "🍰" * 200,
        "010190-1234",
        "Bageri 0101901234",
        "Bageri 01 01 90 - 12 34",
        "Bageri 610190-1234",
        "Bageri 310290-1234",
        "Vej 12, 7600 Struer, 97 85 00 00",
        "\u0660\u0661\u0660\u0661\u0669\u0660-\u0661\u0662\u0663\u0664",
        "0101\u200b90-1234",
        "P-nummer 1012345678",
        "0f8fad5b-d9cb-469f-a165-708677289501",
        "\u200b",
        "\u202eigen",
        "Bager\u0007i",
        "Bage\u00adri",
        "Bager\u2028i",
        "\ue000",
    ),
    "company.cvr": ("24256790", "DK 24 25 67 90", "12345678", "ved ikke", "010190-1234", "2425679"),
    "contact.phone": (
        "97850000",
        "97 85 00 00",
        "(97) 85-00.00",
        "+45 97 85 00 00",
        "0045 97850000",
        "4597850000",
        "+49 30 12345678",
        "+298 123456",
        "tlf 97850000",
        "97850000 ext 12",
        "97 85 00",
        "112",
        "+45 97",
        "+45 97 85 00 00 1",
        "ring bare",
        "010190-1234",
        "97 85 00 00 / 20304050",
    ),
    "contact.email": (
        "bente@bageri.example",
        "bente@møller.dk",
        "bente",
        "bente@",
        "@bageri.dk",
        "bente@bageri",
        "a@b.dk, c@d.dk",
        "bente bager@bageri.dk",
        "010190-1234@bageri.dk",
        f"{'b' * 64}@bageri.example",
        f"{'b' * 65}@bageri.example",
        f"b@{'b' * 250}.dk",
    ),
    "positions": ("1", "50", "0", "-1", "1,5", "1.000", "to", "1e1", "2.0", "1_0"),
    "own.start": ("5", "6,5", "6.25", "6,255", "0", "-5", "60", "60,5", "ti", "1.000", "5,", ",5"),
}
REQUIRED: Final = {
    "company.name": "Ærø Bageri",
    "contact.name": "Bente Bager",
    "contact.phone": "97850000",
    "positions": "2",
    "hours": "own",
    "own.start": "5",
}
_SCRIPT: Final = """
import { errorsOf } from "#js/intake/validation.js";
const limits = { positions: 50, weekly_hours: 60 };
let text = "";
for await (const part of process.stdin) text += part;
const verdicts = JSON.parse(text).map((typed) => [...errorsOf({ ...typed, tasks: [] }, limits, new Date()).keys()]);
console.log(JSON.stringify(verdicts));
"""


def typed_forms() -> list[tuple[str, str, dict[str, str]]]:
    """Each field with each of its values, in a form that is right otherwise."""
    return [(name, value, REQUIRED | {name: value}) for name, values in TYPED.items() for value in values]


@pytest.fixture(scope="module")
def on_the_phone() -> dict[tuple[str, str], bool]:
    """Whether the phone takes each value of each field."""
    forms = typed_forms()
    command = ["node", "--input-type=module", "--eval", _SCRIPT]
    done = subprocess.run(
        command,
        cwd=ROOT,
        input=json.dumps([form for _name, _value, form in forms]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    verdicts = json.loads(done.stdout)
    return {(name, value): name not in errors for (name, value, _form), errors in zip(forms, verdicts, strict=True)}


def is_taken_by_the_server(form: dict[str, str]) -> bool:
    posted = IntakeForm.model_validate(
        {
            "company": {"name": form["company.name"], "cvr": form.get("company.cvr")},
            "contact": {
                "name": form["contact.name"],
                "phone": form.get("contact.phone"),
                "email": form.get("contact.email"),
            },
            "positions": form["positions"],
            "hours": "own",
            "own": {"start": form["own.start"]},
        }
    )
    body = posted.body() | {"id": str(uuid4()), "captured_at": datetime.now(UTC).isoformat(), "captured_by": "phone"}
    return isinstance(read_as(PledgeIn, body), PledgeIn)


@pytest.mark.parametrize("name", TYPED)
def test_the_phone_takes_what_the_server_takes(name: str, on_the_phone: dict[tuple[str, str], bool]) -> None:
    found: dict[str, Any] = {}
    for field, value, form in typed_forms():
        if field != name:
            continue
        try:
            server = is_taken_by_the_server(form)
        except ValueError:
            server = False
        if server != on_the_phone[field, value]:
            found[value] = f"server {server}, phone {on_the_phone[field, value]}"
    assert not found
