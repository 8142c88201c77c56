"""Requests to the API by schemathesis, from a service's OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.errors import NoLinksFound
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema

from tests.fuzz.fitting import Fitting
from tests.fuzz.installation import FOREIGN
from tests.fuzz.tally import Asked, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemathesis import Case, CheckContext, HookContext, Response
    from schemathesis.engine.recorder import ScenarioRecorder

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "nothing_of_another_taskforce",
)
"""The checks, except those that do not fit the design: a rule may refuse data that is valid by its schema
(`positive_data_acceptance`), and nothing is ever deleted (`use_after_free`)."""
_REQUEST_SECONDS: Final = 20

_fitting: Fitting | None = None


@schemathesis.check
def nothing_of_another_taskforce(_ctx: CheckContext, response: Response, _case: Case[Any]) -> None:
    """No answer contains the names of the other taskforce's resources."""
    assert FOREIGN not in response.text, "the answer holds something of another taskforce"


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Change valid data so that it may satisfy the rules, too."""
    if _fitting is not None:
        _fitting.fit(case)


@dataclass(frozen=True)
class Effort:
    """The amount of requests.

    Attributes:
        examples: the number of generated requests of each operation, and of walks through several.
        coverage: whether each limit of each field is tried, too; it is deterministic, so once is enough.
        walks: whether requests use the answers of earlier ones.
    """

    examples: int
    coverage: bool = False
    walks: bool = True


def ask(
    document: Mapping[str, Any],
    *,
    is_selected: Callable[[str, Mapping[str, Any]], bool],
    url: str,
    headers: Mapping[str, str],
    seed: int,
    effort: Effort,
    fitting: Fitting | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[Asked | Finding]:
    """Request a service's operations, and yield every answer and its findings. Not reentrant within a process.

    Args:
        document: its OpenAPI document.
        is_selected: selects operations by path and their entry in the document.
        url: its origin.
        headers: the caller's request headers.
        seed: the same seed gives the same requests, as far as the answers are the same.
        fitting: changes valid requests.
        enough: called between two operations or walks; true ends it.
    """
    global _fitting  # noqa: PLW0603  (schemathesis knows one hook for all that it asks)
    config = SchemathesisConfig.from_dict(_settings(url, headers, seed, effort))
    schema = schemathesis.openapi.from_dict(dict(document), config=config)
    chosen = schema.include(lambda one: is_selected(one.operation.path, one.operation.definition.raw))
    stream = from_schema(chosen).execute()
    _fitting = fitting
    try:
        for event in stream:
            if isinstance(event, events.ScenarioFinished):
                yield from _answers(event.recorder)
                yield from _failures(event.recorder)
            elif isinstance(event, events.NonFatalError) and not isinstance(event.value, NoLinksFound):
                yield Finding(event.label, type(event.value).__name__, str(event.value))
            elif isinstance(event, events.FatalError):
                raise event.exception
            if enough():
                stream.stop()
    finally:
        _fitting = None


def _settings(url: str, headers: Mapping[str, str], seed: int, effort: Effort) -> dict[str, Any]:
    return {
        "seed": seed,
        "suppress-health-check": ["all"],
        "base-url": url,
        "headers": dict(headers),
        "request-timeout": _REQUEST_SECONDS,
        "continue-on-failure": True,
        "max-redirects": 0,
        "checks": {"enabled": False, **{check: {"enabled": True} for check in CHECKS}},
        "phases": {
            "examples": {"enabled": effort.coverage},
            "coverage": {"enabled": effort.coverage},
            "stateful": {"enabled": effort.walks, "generation": {"max-examples": effort.examples}},
        },
        "generation": {"max-examples": effort.examples, "database": "none", "no-shrink": True},
    }


def _answers(recorder: ScenarioRecorder) -> Iterator[Asked]:
    for case_id, interaction in recorder.interactions.items():
        operation = recorder.cases[case_id].value.operation.label
        yield Asked(operation, interaction.response.status_code if interaction.response is not None else None)


def _failures(recorder: ScenarioRecorder) -> Iterator[Finding]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                text = f"{failure.title}: {failure.message}" if isinstance(failure, Failure) else str(failure)
                operation = recorder.cases[case_id].value.operation.label
                yield Finding(operation, check.name, f"{text}\n{check.failure_info.code_sample}")
