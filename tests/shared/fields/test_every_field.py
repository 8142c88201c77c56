"""Every text that people and programs send is seen as it is stored: every field of every body and form is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.typed_fields import accepted_values, bodies, fields, forms

if TYPE_CHECKING:
    from pydantic import BaseModel

BAD = (*(f"A{sign}B" for sign in "\x7f\x85\u2028\u202e\u2066\ud800\ue000\ufdd0\U000f0000"), "\u200b\u2060")
OTHERWISE = {
    "IntakeForm": "read again as a PledgeIn",
    "FoundJobForm": "read again as a PledgeIn",
    "HireForm": "read again as a HireIn",
    "CorrectionForm": "read again as a PledgePatch",
    "SlipForm": "read again as a PledgeIn",
    "BatchForm": "its rows are read again as a PledgeIn, its totals as numbers",
    "HireCorrectionForm": "read again as a CorrectionIn",
    "ChangeForm": "read again as the body of its change",
    "AdjustmentForm": "read again as a PledgePatch",
    "StepForm": "read again as the body of its step",
    "AssignForm.back": "the work list's address, encoded again",
    "UndoForm.back": "the work list's address, encoded again",
    "ViewForm.query": "the work list's address, encoded again",
    "SubjectSearch": "searched for, never stored",
    "ReportForm": "searched for, never stored",
    "ErasureConfirmation": "searched for, never stored",
    "LinkIn.next": "a local path",
    "ProviderSignInForm.next": "a local path",
    "ProviderSignInForm.taskforce": "one of the short names that there are",
    "DemoSignIn.next": "a local path",
    "SignInIn.next": "a local path",
}
"""Models and fields whose text is validated elsewhere, with the place."""


@pytest.mark.parametrize(("where", "model"), (bodies() | forms()).items(), ids=str)
def test_no_field_takes_text_that_is_not_seen_as_it_is_stored(where: str, model: type[BaseModel]) -> None:
    name = where.rpartition(".")[2]
    taken = [
        f"`{name}.{path}` takes {text!a}: make it a Name, Line or FreeText (shared/fields/text.py)"
        for path, field in fields(model)
        if not OTHERWISE.keys() & {name, f"{name}.{path}"}
        for text in BAD
        for value in accepted_values(field, text)
        if text in str(value)
    ]
    assert not taken, "\n".join(taken)
