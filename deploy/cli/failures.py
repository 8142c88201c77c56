"""Explains errors that no command handles itself, in one sentence with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import asyncpg
import httpx
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from deploy.local.broker import BrokerFailed
from deploy.local.gateway import StartFailed
from deploy.local.launcher import NotReady
from deploy.local.ports import PortTaken
from deploy.local.postgres import PostgresFailed
from deploy.local.state import StateFailed
from deploy.postgres.migrate import MigrationFailed
from deploy.postgres.provision import ProvisionFailed
from shared.ui.assets import AssetsNotBuiltError


def _message(error: BaseException) -> str:
    return _sentence(str(error))


def _settings(error: BaseException) -> str:
    assert isinstance(error, ValidationError)
    fields = (".".join(map(str, each["loc"])) or each["msg"] for each in error.errors(include_input=False))
    return f"Settings are missing or wrong: {', '.join(fields)}. `tilsagn doctor` looks further."


def _operating_system(error: BaseException) -> str:
    assert isinstance(error, OSError)
    return _sentence(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


Words = str | Callable[[BaseException], str]

# The first match is used, so a class comes before its base classes.
_EXPLANATIONS: Final[tuple[tuple[tuple[type[BaseException], ...], Words], ...]] = (
    (
        (
            *(StateFailed, PortTaken, PostgresFailed, BrokerFailed, MigrationFailed, ProvisionFailed),
            AssetsNotBuiltError,
        ),
        _message,
    ),
    (
        (NotReady,),
        lambda error: f"Everything was started, but not everything works: {error}. `tilsagn doctor` looks further.",
    ),
    (
        (StartFailed,),
        lambda error: f"A service did not come up: {error}. Its log is in the state folder under logs/.",
    ),
    (
        (httpx.ConnectError, httpx.TimeoutException),
        "The installation does not answer: is it still running? `tilsagn status` tells.",
    ),
    (
        (httpx.HTTPError,),
        lambda error: f"The installation broke off its answer ({type(error).__name__}): try again.",
    ),
    (
        (KafkaError,),
        lambda error: f"The broker does not answer ({type(error).__name__}): `tilsagn status` tells what works.",
    ),
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "PostgreSQL refuses the role or its password: check the database URLs.",
    ),
    (
        (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError),
        lambda error: f"The databases are not of this version ({error}): start `tilsagn up` anew, which migrates them.",
    ),
    ((asyncpg.PostgresError,), lambda error: f"PostgreSQL refused: {_sentence(str(error))}"),
    ((ValidationError,), _settings),
    (
        (ConnectionError, asyncpg.InterfaceError),
        "PostgreSQL does not answer: is the installation still running? `tilsagn status` tells.",
    ),
    ((TimeoutError,), "It took too long and was given up: try again, or look with `tilsagn status`."),
    ((OSError,), _operating_system),
)


def explain(error: BaseException) -> str:
    """Return one sentence about `error`, never a traceback."""
    if isinstance(error, BaseExceptionGroup):
        return explain(error.exceptions[0])
    for kinds, words in _EXPLANATIONS:
        if isinstance(error, kinds):
            return words if isinstance(words, str) else words(error)
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}). "
        "Run it again with TILSAGN_TRACEBACK=1 in the environment to see where, and please report it."
    )


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
