"""Who may do what, as one page: `python -m deploy.authorisation` writes docs/authorisation.md.

It is generated from the declarations at the routes (`shared.http.auth.require`, `shared.http.policy.concerns`); a test
fails while the page differs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from services.dashboard.app import create_app as create_dashboard
from services.dashboard.settings import DashboardSettings
from services.events.app import create_app as create_events
from services.events.settings import EventsSettings
from services.notifications.app import create_app as create_notifications
from services.notifications.settings import NotificationsSettings
from services.pledges.app import create_app as create_pledges
from services.pledges.settings import PledgesSettings
from shared.http.auth import new_private_jwk, public_jwks
from shared.http.policy import ASKERS, NOTHING, OF_THE_TASKFORCE, OWN, Asker, Operation, Ownership, Resource, operations
from shared.http.rate_limits import ASKERS as LIMITED_ASKERS
from shared.http.rate_limits import RATE_CLASSES, Rate, RateClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fastapi import FastAPI

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "authorisation.md"
OPERATORS: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""What every service answers its operators alone; no gateway leads to it."""

_HEAD: Final = """\
# Who may do what

Written by `python -m deploy.authorisation` from what stands at the routes; a test fails while it says something else.
Another tries every operation as every role, and as nobody, with a resource of each type and every ownership (own, of
another company, of another municipality, of another taskforce, and one that does not exist), on the running services
and a real PostgreSQL, and takes away every check in turn to see that it would be missed (`tests/authorisation`).

- Whoever may not call an operation is answered 401 (nobody), or 403; nothing is shown and nothing changes.
- Whose things a role does not reach do not exist for it: the answer is the one for an id that never was. Nobody reaches
  another taskforce's, but for what is everybody's; the database sees to that too (row-level security).
- A municipality limits nobody so far: it will for participants, whom there are none of yet.
- Proven anew: who asks has shown within the last 15 minutes who they are, by a passkey, at their organisation or by a
  mailed link (a program: their token is no older). If not, they are asked to, a page as well as a program (401 with
  `insufficient_user_authentication`, RFC 9470), and nothing changes; a page then goes on with what was being done.
- `service` is another service of the installation; it works for all taskforces and says for which. Addresses and links
  are for `notifications`, `subjects`, `erasures` and `deadlines` for `events`; every other service is answered 403.
- Open to everybody by design, and not in the tables: `/assets`, each service's OpenAPI document, and on addresses that
  no gateway leads to `/livez`, `/readyz` and `/metrics`.
- How often one may is counted by kind, for the account (or API key), the event's pass, and the address it comes from:

| how often | an account | an event's pass | an address | because |
|---|---|---|---|---|
"""


def apps() -> dict[str, FastAPI]:
    """Every service's application, made as for a deployment and never started: nothing is connected to."""
    key = new_private_jwk()
    common: dict[str, Any] = {"database_url": "postgresql://localhost/none", "token_jwks": public_jwks(key)}
    makers: dict[str, Callable[[], FastAPI]] = {
        "events": lambda: create_events(EventsSettings(**common, token_private_key=SecretStr(key))),
        "pledges": lambda: create_pledges(
            PledgesSettings(**common, intake_database_url=common["database_url"], request_key=SecretStr(key))
        ),
        "dashboard": lambda: create_dashboard(DashboardSettings(**common)),
        "notifications": lambda: create_notifications(
            NotificationsSettings(
                **common,
                service_token=SecretStr("none"),
                events_url="http://localhost",
                pledges_url="http://localhost",
                smtp_host="localhost",
                sender="Tilsagn <tilsagn@localhost>",
            )
        ),
    }
    return {service: make() for service, make in makers.items()}


def document() -> str:
    """The page, in Markdown."""
    parts = [_HEAD, *map(_rates, RATE_CLASSES.values())]
    for service, app in apps().items():
        found = [one for one in operations(app.routes) if one.path not in OPERATORS]
        parts.append(f"\n## {service}\n\n{_things(found)}\n{_operations(found)}")
    return "".join(parts)


def _rates(kind: RateClass) -> str:
    often = [_often(kind.rates.get(asker)) for asker in LIMITED_ASKERS]
    return f"| {kind.name} | {' | '.join(often)} | {kind.why} |\n"


def _often(rate: Rate | None) -> str:
    return f"{rate.most:,} in {rate.seconds:.0f} s" if rate else "–"


def _things(found: Sequence[Operation]) -> str:
    things = list(dict.fromkeys(thing for one in found for thing in one.resources or ()))
    lines = ["| about | who may call, reaches | but | their own |", "|---|---|---|---|"]
    for thing in things:
        name = f"{thing.name} (with the {thing.of.name})" if thing.of else thing.name
        others = "; ".join(f"{asker}: {_whose(reach)}" for asker, reach in _by_reach(thing))
        lines.append(f"| {name} | {_whose(thing.reach)} | {others} | {thing.own} |")
    return "\n".join(lines) + "\n"


def _by_reach(thing: Resource) -> list[tuple[str, frozenset[Ownership]]]:
    """The roles that are named apart, those of one reach together."""
    together: dict[frozenset[Ownership], list[Asker]] = {}
    for asker in ASKERS:
        if asker in thing.by_role:
            together.setdefault(thing.by_role[asker], []).append(asker)
    return [(", ".join(askers), reach) for reach, askers in together.items()]


def _whose(reach: Iterable[Ownership]) -> str:
    reach = frozenset(reach)
    if reach == NOTHING:
        return "nobody's"
    if reach == OWN:
        return "their own"
    words = "every taskforce's" if "other taskforce" in reach else "their taskforce's"
    assert reach >= OF_THE_TASKFORCE
    return f"{words}, and drafts" if "draft" in reach else words


def _operations(found: Sequence[Operation]) -> str:
    lines = [
        "| operation | answers | who may | proven | about | withheld | how often |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        about = ", ".join(thing.name for thing in one.resources or ()) or "–"
        withheld = "; ".join(
            f"{thing.name} from {', '.join(from_whom)}"
            for thing in one.resources or ()
            if (from_whom := _kept(one, thing))
        )
        proven = "anew" if one.needs_step_up else ""
        lines.append(
            f"| `{one.name}` | {one.kind} | {_who(one)} | {proven} | {about} | {withheld} | {one.limit.name} |"
        )
    return "\n".join(lines) + "\n"


def _kept(operation: Operation, thing: Resource) -> list[str]:
    """From whom, of those who may call it, the operation withholds the thing, all of it or of what is not theirs."""
    kept = []
    for asker in ASKERS:
        reach = thing.reached_by(asker)
        if asker not in operation.askers or reach >= OF_THE_TASKFORCE:
            continue
        kept.append(asker if reach == NOTHING else f"{asker} (but their own)")
    return kept


def _who(operation: Operation) -> str:
    if operation.askers == frozenset(ASKERS):
        return "everybody"
    return ", ".join(asker for asker in ASKERS if asker in operation.askers)


def main() -> None:
    """Write the page."""
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
