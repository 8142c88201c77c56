"""Logging: errors without what people typed (invariant I7)."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Literal

import asyncpg
import pytest
import structlog

from shared.logging import configure_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.db.database import Database

SECRET = "Hanne Holm"  # pragma: allowlist secret


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The log output in either format; the logging of the test session is restored afterwards."""
    root = logging.getLogger()
    before, level, configured = list(root.handlers), root.level, structlog.get_config()
    log_format: Literal["json", "console"] = request.param
    configure_logging(log_format=log_format)
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.configure(**configured)


async def test_a_constraint_violation_is_logged_without_the_row(
    written: io.StringIO, pledges_database: Database
) -> None:
    with pytest.raises(asyncpg.NotNullViolationError) as caught:
        await pledges_database.pool.execute("insert into outbox (id, type) values (gen_random_uuid(), $1)", SECRET)
    assert SECRET in str(caught.value), "the driver's words do hold the row"
    try:
        raise RuntimeError(f"while saving {SECRET}") from caught.value
    except RuntimeError:
        structlog.get_logger("test").exception("saving_failed")
        logging.getLogger("library").exception("saving failed")
    output = written.getvalue()
    assert SECRET not in output
    assert output.count("RuntimeError") == 2
    assert output.count("NotNullViolationError [23502]") == 2
    assert "test_logging.py" in output


def test_an_ordinary_line_is_unchanged(written: io.StringIO) -> None:
    structlog.get_logger("test").info("relay.leading", service="pledges")
    assert "relay.leading" in written.getvalue()
    assert "pledges" in written.getvalue()


def test_a_line_is_masked_wherever_it_contains_a_cpr_number(written: io.StringIO) -> None:
    cpr = "150190-1234"
    plain = cpr.replace("-", "")
    log = structlog.get_logger("test")
    log.info(f"read {cpr}", text=cpr, number=int(plain), deep={"rows": [("a", {cpr: cpr})]}, thing=ValueError(cpr))
    logging.getLogger("library").warning("cannot store %s (%d)", cpr, int(plain))
    output = written.getvalue()
    assert cpr not in output
    assert plain not in output
    assert output.count("[CPR?]") >= 7


def test_ids_and_times_are_logged_as_they_are(written: io.StringIO) -> None:
    pledge = "a1b20101-9012-4345-8abc-010190123456"
    structlog.get_logger("test").info("kept", pledge=pledge, position=1_234, at="2026-11-22T10:10:10.101190Z")
    assert pledge in written.getvalue()
    assert "CPR" not in written.getvalue()
