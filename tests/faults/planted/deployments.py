"""Planted bugs that only show when two releases run side by side, or a process is down for long."""

from __future__ import annotations

from typing import Final

from tests.faults.catalogue import FAULTS
from tests.faults.copies import Change
from tests.faults.planted.plant import LAG, NEVER_SHOWN, Bug

_CONSUMER: Final = "shared/messaging/consumer.py"
_ENVELOPE: Final = "shared/messaging/envelope.py"
_MESSAGE: Final = "shared/contracts/message.py"
_RELAY: Final = "shared/messaging/relay.py"
_POSTGRES: Final = "shared/db/database.py"
_STORE: Final = "services/pledges/pledges/store.py"

BUGS: Final = (
    Bug(
        "unknown fields refused",
        "A field that is not in the contract is a mistake of the publisher: better heard of than overlooked.",
        (
            Change(
                _MESSAGE,
                'model_config = ConfigDict(frozen=True, extra="ignore")',
                'model_config = ConfigDict(frozen=True, extra="forbid")',
            ),
        ),
        FAULTS["version skew: publishers ahead"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "waits at a newer version",
        "A v2 is something that we ought to have read: wait until we are updated, instead of going past it.",
        (
            Change(
                _CONSUMER,
                """            except UnknownType:
                metrics.MESSAGES_IGNORED""",
                """            except UnknownType:
                if not record.headers["ce_type"].endswith(".v1"):
                    raise
                metrics.MESSAGES_IGNORED""",
            ),
        ),
        FAULTS["version skew: rolled back"],
        (LAG,),
        "lost",
    ),
    Bug(
        "a message must be whole",
        "Whoever publishes writes every field: a message that lacks one was cut off on its way.",
        (
            Change(
                _ENVELOPE,
                """    if key != str(message.aggregate_id).encode():
""",
                """    if missing := contract.model_fields.keys() - message.model_fields_set:
        raise InvalidMessage("contract", f"missing: {', '.join(sorted(missing))}")
    if key != str(message.aggregate_id).encode():
""",
            ),
        ),
        FAULTS["version skew: consumers ahead"],
        NEVER_SHOWN,
        "lost",
    ),
    Bug(
        "whatever columns there are",
        "The row becomes an object by the names of its columns anyway: no need to list them all once more.",
        (
            Change(
                _STORE,
                'select {select_list([*COLUMNS, *STATE_COLUMNS], "pledge")},\n',
                "select pledge.*,\n",
            ),
        ),
        FAULTS["migration under load: pledges"],
        ("surprise clients",),
    ),
    Bug(
        "no statement takes a second",
        "Every statement of ours takes milliseconds: one that takes a second is stuck, and whoever asks can ask again.",
        (Change(_POSTGRES, "COMMAND_TIMEOUT_SECONDS = 10.0\n", "COMMAND_TIMEOUT_SECONDS = 1.0\n"),),
        FAULTS["migration under load: pledges"],
        ("surprise clients",),
    ),
    Bug(
        "a lost lead is left to others",
        "PostgreSQL has taken the lock from us for being silent: another leads by now, and we would be in its way.",
        (
            Change(
                _RELAY,
                """            except _PASSING_ERRORS as error:
                _log.warning("relay.interrupted", service=self._service, error=type(error).__name__)
""",
                """            except _PASSING_ERRORS as error:
                _log.warning("relay.interrupted", service=self._service, error=type(error).__name__)
                if isinstance(error, TRANSIENT_ERRORS):
                    return
""",
            ),
        ),
        FAULTS["long pause: pledges-worker"],
        (LAG,),
        "lost",
    ),
)
