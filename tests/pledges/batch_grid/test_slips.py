"""What a row of the grid says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.pledges.batch_grid.schemas import BatchForm, SlipForm
from services.pledges.batch_grid.slips import Slip, SlipEvent, in_order, read_slip
from services.pledges.batch_grid.totals import Totals, needs_confirmation
from services.pledges.catalogue.domain import Catalogue
from services.pledges.pledges.domain import Limits
from shared.i18n.translations import use_language

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
EVENT = uuid4()


def slip(**cells: str) -> Slip:
    typed: dict[str, Any] = {
        "company": "Bæk",
        "positions": "2",
        "hours_from": "5",
        "contact": "Eva",
        "phone": "97850000",
    }
    row = SlipForm.model_validate({"id": str(uuid4())} | typed | cells)
    with use_language("da", "pledges"):
        return read_slip(row, event_id=EVENT, captured_at=NOW, limits=Limits(), catalogue=Catalogue.of(EVENT))


def test_a_short_slip_is_a_pledge_of_the_event_from_paper() -> None:
    read = slip()

    assert read.errors == {}
    assert read.terms is not None
    assert (read.terms.event_id, read.terms.captured_by, read.terms.job_type) == (EVENT, "paper", "smaajob")
    assert (read.terms.hours_from, read.terms.hours_to) == (Decimal(5), Decimal(5))


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"company": ""}, ["company"]),
        ({"positions": ""}, ["positions"]),
        ({"positions": "0"}, ["positions"]),
        ({"positions": "200"}, ["positions"]),
        ({"positions": "mange"}, ["positions"]),
        ({"hours_from": "", "hours_to": ""}, ["hours_from"]),
        ({"hours_from": "60"}, ["hours_from"]),
        ({"hours_from": "10", "hours_to": "60"}, ["hours_to"]),
        ({"hours_from": "10", "hours_to": "5"}, ["hours_from"]),
        ({"contact": ""}, ["contact"]),
        ({"phone": "12"}, ["phone"]),
        ({"email": "eva@"}, ["email"]),
        ({"tasks": "bingo"}, ["tasks"]),
        ({"job_type": "x"}, ["job_type"]),
        ({"contact": "Eva 010170-1234"}, ["contact"]),
        ({"company": "B 010170-1234", "tasks": "010170-1234"}, ["company", "tasks"]),
        ({"phone": "010170-1234"}, ["phone"]),
        ({"company": "B" * 10_000}, ["company"]),
    ],
)
def test_each_error_is_in_its_cell(cells: dict[str, str], wrong: list[str]) -> None:
    read = slip(**cells)

    assert sorted(read.errors) == wrong
    assert read.terms is None
    assert all(words and "1234" not in words for words in read.errors.values())


def test_an_empty_row_with_one_cell_names_every_missing_one() -> None:
    row = SlipForm(company="Bæk", cvr="12345678")
    read = read_slip(row, event_id=EVENT, captured_at=NOW, limits=Limits(), catalogue=Catalogue.of(EVENT))

    assert sorted(read.errors) == ["contact", "hours_from", "positions"]
    assert read.flags == {"cvr": "cvr_invalid"}


def test_a_wrong_cvr_number_and_a_contact_without_number_warn_and_do_not_stop() -> None:
    read = slip(cvr="12345678", phone="")

    assert read.terms is not None
    assert read.flags == {"cvr": "cvr_invalid", "phone": "contact_unreachable"}


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("vareopfyldning, oprydning", ["shelf_stocking", "tidying"]),
        ("vare, opry", ["shelf_stocking", "tidying"]),
        ("tidying", ["tidying"]),
        ("Oprydning,, oprydning", ["tidying"]),
        ("maskiner", ["vehicle_washing"]),
    ],
)
def test_a_task_is_known_by_the_beginning_of_a_word(typed: str, codes: list[str]) -> None:
    read = slip(tasks=typed)

    assert read.terms is not None
    assert list(read.terms.tasks) == codes


def test_a_beginning_that_several_tasks_have_names_them() -> None:
    assert "kan være" in slip(tasks="s").errors["tasks"]


def test_words_are_written_out_for_the_typist() -> None:
    read = slip(tasks="vare, opry", job_type="fle")

    assert read.completed == {"tasks": "Vareopfyldning, Oprydning", "job_type": "Fleksjob"}


def test_slips_count_from_the_event_however_late_they_are_typed_in() -> None:
    event = SlipEvent(EVENT, "Aften", None, NOW, NOW + timedelta(hours=3), None)

    assert event.captured_at(NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
    assert event.captured_at(NOW + timedelta(days=3)) == NOW + timedelta(hours=3)
    closed = SlipEvent(EVENT, "Aften", None, NOW, NOW + timedelta(hours=3), NOW + timedelta(hours=2))
    assert closed.captured_at(NOW + timedelta(days=3)) == NOW + timedelta(hours=2)


def test_slips_keep_the_order_of_the_pile() -> None:
    moments = in_order(NOW, 104)

    assert moments == sorted(moments)
    assert moments[-1] == NOW


@pytest.mark.parametrize(
    ("typed", "confirmed", "asks"),
    [("12/34", None, False), ("11/34", None, True), ("12/33", None, True), ("11/31", "11/31", False),
     ("11/30", "11/31", True), ("11/31", "x", True)],
)  # fmt: skip
def test_a_difference_is_asked_about_until_exactly_it_is_confirmed(
    typed: str, confirmed: str | None, asks: bool
) -> None:
    totals = Totals.read(typed)
    assert totals is not None

    assert needs_confirmation(Totals(12, 34), totals, Totals.read(confirmed)) is asks


def test_rows_keep_their_order_and_empty_ones_are_left_out() -> None:
    form = BatchForm.model_validate(
        {"rows": {"10": {"company": "B"}, "2": {"company": "A"}, "3": {"id": str(uuid4())}}}
    )

    assert list(form.slips()) == [2, 10]
