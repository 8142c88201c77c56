"""Logging for every process: structlog, as JSON for machines or in colours for people.

No personal data is logged: only ids, codes and counts (invariant I7). Anything that looks like a CPR number is masked.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from typing import TYPE_CHECKING

import structlog

from shared.fields.cpr import mask_cpr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_NOISY_SECONDS = 10.0
_QUIETED = ("aiokafka", "faststream")


class _OncePerWhile(logging.Filter):
    """Passes one record of a kind every ten seconds: aiokafka writes about 80 lines a second in an outage."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = (record.name, record.lineno, record.levelname)
        now = time.monotonic()
        if now - self._last.get(kind, -_NOISY_SECONDS) < _NOISY_SECONDS:
            return False
        self._last[kind] = now
        return True


def tell_exception(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Processor: replace an exception by its types and frames, without messages and local variables.

    The message of a database or validation error may hold what people typed ("Failing row contains (...)"). Logged are
    the type, PostgreSQL's code where there is one, and the frames, for each exception in the chain.
    """
    given = event.pop("exc_info", None)
    error: BaseException | None = None
    if isinstance(given, BaseException):
        error = given
    elif isinstance(given, tuple):
        error = given[1]
    elif given:
        error = sys.exc_info()[1]
    if error is None:
        return event
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "sqlstate", None)
        lines.append(f"{type(error).__qualname__}{f' [{code}]' if code else ''}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            lines.append("after")
    event["exception"] = "\n".join(lines)
    return event


def mask_cpr_numbers(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Processor: mask what looks like a CPR number in every value of a line, however deep."""
    return {
        name: value if name == "timestamp" or name.startswith("_") else _masked(value) for name, value in event.items()
    }


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_cpr(value)
    if isinstance(value, dict):
        return {_masked(name): _masked(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(one) for one in value]
    text = repr(value)
    masked = mask_cpr(text)
    return value if masked == text else masked


def configure_logging(*, log_format: str = "json", level: str = "INFO") -> None:
    """Set up structlog, and send the standard library's records through it. May be called again.

    Args:
        log_format: `json` (one object a line) or `console` (for a terminal).
        level: the lowest level that is written.
    """
    shared_processors: Sequence[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        tell_exception,
        mask_cpr_numbers,
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    handler.addFilter(_QuietLibraries())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Uvicorn's access log has paths and addresses; `shared.http` logs requests without them.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)


class _QuietLibraries(logging.Filter):
    """Applies `_OncePerWhile` to the libraries that log much during an outage."""

    def __init__(self) -> None:
        super().__init__()
        self._rule = _OncePerWhile()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(_QUIETED):
            return self._rule.filter(record)
        return True
