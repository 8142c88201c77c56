"""Declares the commands with their options and help. Each one calls the module that implements it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from deploy.cli import evening_commands, import_commands, meeting_commands, person_commands, privacy_commands
from deploy.cli.console import with_command_name
from deploy.cli.options import AsJson, Taskforce
from deploy.services import SERVICES

_LONGEST_HOURS = 24 * 366


class TokenRole(StrEnum):
    """The roles a token can have: those of shared.http.auth.Role, repeated so that `--help` need not import it."""

    member = "member"
    coordinator = "coordinator"
    caseworker = "caseworker"
    facilitator = "facilitator"
    admin = "admin"
    auditor = "auditor"
    event_pass = "event_pass"  # noqa: S105  (a role's name)
    service = "service"


RUN, FILL, LOOK, OPERATE = "Run it", "Bring data in", "Look", "Operate"


class _OrderedGroup(TyperGroup):
    """Lists the commands in the order of use: run, bring in data, look, operate.

    The help texts name the command as the user can type it.
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.help = with_command_name(self.help or "")
        self.epilog = with_command_name(self.epilog or "")

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None and command.help:
            command.help = with_command_name(command.help)
        return command

    def list_commands(self, ctx: Any) -> list[str]:
        order = ("up", "demo", "status", "doctor", "scenario", "import")
        return sorted(super().list_commands(ctx), key=lambda name: order.index(name) if name in order else len(order))


app = typer.Typer(
    name="tilsagn",
    cls=_OrderedGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "From a pledged job to a real one: run Tilsagn on this machine, bring data in, and look after it.\n\n"
        "\b\n"
        "[bold]Try it[/]        tilsagn demo\n"
        "[bold]Run it empty[/]  tilsagn up\n"
        "[bold]Fill it[/]       tilsagn scenario load struer\n"
        "[bold]Ask it[/]        tilsagn figures --as-of 2024-12-31\n"
        "[bold]Trust it[/]      tilsagn verify"
    ),
    epilog=(
        "Data is kept in .tilsagn/ (or TILSAGN_STATE), the demo's in demo/ inside it. Exit codes: 0 done, 1 something "
        "is wrong, 2 wrong use, 3 nothing is running. `tilsagn COMMAND --help` explains each command with examples."
    ),
)
scenario_app = typer.Typer(cls=_OrderedGroup, no_args_is_help=True, help="Load a made-up taskforce to try things with.")
import_app = typer.Typer(cls=_OrderedGroup, no_args_is_help=True, help="Import files from elsewhere.")
rebuild_app = typer.Typer(
    cls=_OrderedGroup, no_args_is_help=True, help="Build a read model anew from the services' own records."
)
dead_letters_app = typer.Typer(
    cls=_OrderedGroup, no_args_is_help=True, help="Messages that were put aside: list, show and replay them."
)
person_app = typer.Typer(
    cls=_OrderedGroup, no_args_is_help=True, help="What is held about one person: show it, and erase it."
)
import_commands.add_to(import_app)
person_commands.add_to(person_app)
privacy_commands.add_to(app, panel=OPERATE)
evening_commands.add_to(app, panel=LOOK)
meeting_commands.add_to(app, panel=LOOK)
app.add_typer(scenario_app, name="scenario", rich_help_panel=FILL)
app.add_typer(import_app, name="import", rich_help_panel=FILL)
app.add_typer(dead_letters_app, name="dead-letters", rich_help_panel=OPERATE)
app.add_typer(rebuild_app, name="rebuild", rich_help_panel=OPERATE)
app.add_typer(person_app, name="person", rich_help_panel=OPERATE)

NewKeys = Annotated[
    bool,
    typer.Option(
        "--new-keys", help="Make keys that were lost anew: everybody signs in again, QR codes are printed again."
    ),
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, metavar="PORT", help="Insist on this port. Without it: 8080, or the next free one."),
]


@app.command(rich_help_panel=RUN)
def up(  # noqa: PLR0917  (typer names every option)
    port: Port = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    taskforce: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="Short name of the taskforce a new installation gets; struer if not said."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its full name.")] = None,
    municipality: Annotated[str, typer.Option(metavar="CODE", help="Its municipality's four-digit code.")] = "0671",
    new_keys: NewKeys = False,
) -> None:
    """Start an installation of your own and keep its data.

    Everything runs on this machine: PostgreSQL, the broker and the four
    services, behind one port. The first start registers one taskforce and
    nothing else; the next ones find everything as it was. Ctrl-C stops it.

    \b
    tilsagn up
    tilsagn up --port 9000 --no-browser
    tilsagn up --taskforce vejle --name "Taskforce Vejle" --municipality 0630
    """
    from deploy.cli.run import run_up  # noqa: PLC0415

    run_up(
        port=port,
        browser=not no_browser,
        slug=taskforce,
        name=name,
        municipality=municipality,
        new_keys=new_keys,
    )


@app.command(rich_help_panel=RUN)
def demo(  # noqa: PLR0917  (typer names every option)
    port: Port = None,
    speed: Annotated[
        float,
        typer.Option(
            min=0.1, max=60, metavar="N", help="How fast the evening goes: 1 takes a minute, 2 half a minute."
        ),
    ] = 1.0,
    no_evening: Annotated[bool, typer.Option("--no-evening", help="Load the scenario, play no evening.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Play another evening, even if there was one today.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Stay up after the evening until Ctrl-C, or stop then.")
    ] = True,
    new_keys: NewKeys = False,
) -> None:
    """Show what Tilsagn does: eight years of a taskforce, and tonight's company evening, live.

    Loads the Struer scenario (80 companies, 196 citizens in småjobs since
    2018), then plays an evening over the public API: companies check in,
    pledges come in from phones, case workers confirm hires, and the dashboard
    and the board follow. It stays up until Ctrl-C and keeps its data, apart
    from that of `tilsagn up`: the next start takes seconds.

    \b
    tilsagn demo
    tilsagn demo --speed 3
    tilsagn demo --again          one more evening
    tilsagn demo --no-evening     just the data
    """
    from deploy.cli.run import run_demo  # noqa: PLC0415

    run_demo(
        port=port,
        speed=speed,
        evening=not no_evening,
        again=again,
        browser=not no_browser,
        keep=keep,
        new_keys=new_keys,
    )


@app.command(rich_help_panel=RUN)
def status(as_json: AsJson = False) -> None:
    """Say what runs where, and whether all of it works.

    \b
    tilsagn status
    tilsagn status --json | jq .ready
    """
    from deploy.cli.status import show_status  # noqa: PLC0415

    show_status(as_json=as_json)


@app.command(rich_help_panel=RUN)
def doctor(as_json: AsJson = False) -> None:
    """Check whether this machine can run Tilsagn, and say what to do where it cannot.

    \b
    tilsagn doctor
    """
    from deploy.cli.doctor import examine  # noqa: PLC0415

    examine(as_json=as_json)


@scenario_app.command("load")
def scenario_load(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which one: struer or vejle.")],
) -> None:
    """Load a scenario into the running installation.

    Loading it again changes nothing and repairs what is missing.

    \b
    tilsagn scenario load struer
    tilsagn scenario load vejle
    """
    from deploy.cli.scenario import load_scenario  # noqa: PLC0415

    load_scenario(name)


@app.command(rich_help_panel=LOOK)
def figures(
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"], metavar="DATE", help="On which day."),
    ] = None,
    *,
    known_at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="As known then, such as 2026-12-01T19:30:00Z.")
    ] = None,
    event: Annotated[str | None, typer.Option(metavar="ID", help="Only what was pledged at this event.")] = None,
    company: Annotated[str | None, typer.Option(metavar="ID", help="Only of this company.")] = None,
    municipality: Annotated[str | None, typer.Option(metavar="CODE", help="Only of companies in it: 0671.")] = None,
    industry: Annotated[
        str | None, typer.Option(metavar="LETTER", help="Only of companies in this section of DB07: A to U.")
    ] = None,
    breakdowns: Annotated[
        bool, typer.Option("--breakdowns", help="Also by municipality, industry and member company.")
    ] = False,
    taskforce: Taskforce = "struer",
    as_json: AsJson = False,
) -> None:
    """Show the dashboard's figures: pledged positions and hires by job type, event and quarter.

    \b
    tilsagn figures
    tilsagn figures --as-of 2024-12-31 --known-at 2025-01-06T12:00:00Z
    tilsagn figures --municipality 0671 --industry C --breakdowns
    tilsagn figures --json | jq .hires.smaajob
    """
    from deploy.cli.figures import show_figures  # noqa: PLC0415

    chosen = {
        "as_of": as_of.date().isoformat() if as_of else None,
        "known_at": known_at,
        "event": event,
        "company": company,
        "municipality": municipality,
        "industry": industry,
        "breakdowns": "true" if breakdowns else None,
    }
    show_figures(chosen, taskforce=taskforce, as_json=as_json)


@app.command(rich_help_panel=LOOK)
def targets(
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"], metavar="DATE", help="On which day."),
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="MOMENT", help="As known at which moment, such as a meeting's.")
    ] = None,
    taskforce: Taskforce = "struer",
    as_json: AsJson = False,
) -> None:
    """Show how far targets have come, and whether they will be reached.

    \b
    tilsagn targets
    tilsagn targets --as-of 2026-09-30 --known-at 2026-09-30T16:00Z
    tilsagn targets --json
    """
    from deploy.cli.targets import show_targets  # noqa: PLC0415

    show_targets(as_of=as_of.date() if as_of else None, known_at=known_at, taskforce=taskforce, as_json=as_json)


@app.command(rich_help_panel=LOOK)
def bridge(
    *,
    since: Annotated[
        str, typer.Option("--from", metavar="DATE[@MOMENT]", help="The first day, and what was known by which moment.")
    ],
    until: Annotated[
        str, typer.Option("--to", metavar="DATE[@MOMENT]", help="The second day, and what was known by which moment.")
    ],
    measure: Annotated[str, typer.Option(metavar="CODE", help="Which figure.")] = "hires",
    job_type: Annotated[str, typer.Option(metavar="CODE", help="Of which job type.")] = "smaajob",
    taskforce: Taskforce = "struer",
    as_json: AsJson = False,
) -> None:
    """Show how a figure came from one day to another: new, ended, corrected.

    \b
    tilsagn bridge --from 2024-06-30 --to 2024-12-31
    tilsagn bridge --from 2024-06-30@2024-06-30T16:00Z --to 2024-12-31
    tilsagn bridge --from 2024-06-30 --to 2024-12-31 --measure hires_current --json
    """
    from deploy.cli.bridge import show_bridge  # noqa: PLC0415

    show_bridge(since=since, until=until, measure=measure, job_type=job_type, taskforce=taskforce, as_json=as_json)


@app.command(rich_help_panel=LOOK)
def verify(
    as_json: AsJson = False,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to wait for messages under way.")
    ] = 30,
) -> None:
    """Check the dashboard against the services' own records, row by row and figure by figure.

    Waits until all messages are delivered, then counts everything again with SQL
    of its own, for every taskforce, today and on past days. Ends with 0 if
    everything is equal, else with 1 and a description of each difference.

    \b
    tilsagn verify
    tilsagn verify --json
    """
    from deploy.cli.verify import run_verify  # noqa: PLC0415

    run_verify(as_json=as_json, wait_seconds=wait)


@app.command(rich_help_panel=LOOK)
def recount(
    as_json: AsJson = False,
    metrics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Also write a metric for Prometheus' textfile collector."),
    ] = None,
) -> None:
    """Recount the public boards: what they show, against the services' own tables.

    Takes a moment and waits for nothing, so it can run every hour. A board may
    differ from the tables by the hires that have changed since its release, and
    by no more. Ends with 0 if every board is right, else with 1.

    \b
    tilsagn recount
    tilsagn recount --metrics /var/lib/node_exporter/tilsagn_boards.prom
    """
    from deploy.cli.recount import run_recount  # noqa: PLC0415

    run_recount(as_json=as_json, metrics=metrics)


@app.command(rich_help_panel=OPERATE)
def token(
    role: Annotated[
        TokenRole,
        typer.Option(
            metavar="ROLE",
            help="What the bearer may be: member, coordinator, caseworker, facilitator, admin, auditor, event_pass "
            "or service.",
        ),
    ],
    taskforce: Taskforce = "struer",
    hours: Annotated[
        float, typer.Option(min=0.01, max=_LONGEST_HOURS, metavar="HOURS", help="How long it is valid.")
    ] = 12,
    municipality: Annotated[
        str | None, typer.Option(metavar="CODE", help="A case worker's municipality; Struer's if not said.")
    ] = None,
    event: Annotated[UUID | None, typer.Option(help="The event of an event pass.")] = None,
) -> None:
    """Print a bearer token for a program, and nothing else. Works while nothing runs.

    While it runs, the taskforce has to exist.

    \b
    tilsagn token --role caseworker
    curl -H "Authorization: Bearer $(tilsagn token --role member)" \\
         http://localhost:8080/api/dashboard/v1/figures
    """
    from deploy.cli.console import print_result  # noqa: PLC0415
    from deploy.cli.installation import signing_key  # noqa: PLC0415
    from deploy.cli.taskforces import check_taskforce_if_running  # noqa: PLC0415
    from deploy.cli.tokens import principal_for  # noqa: PLC0415
    from shared.http.auth import sign_token  # noqa: PLC0415

    if role is not TokenRole.service:
        asyncio.run(check_taskforce_if_running(taskforce))
    principal = principal_for(role.value, taskforce=taskforce, municipality=municipality, event=event)
    print_result(sign_token(signing_key(), principal, lifetime_seconds=int(hours * 3600)))


@app.command("admin-link", rich_help_panel=OPERATE)
def admin_link(taskforce: Taskforce = "struer") -> None:
    """Print the link that makes a person a taskforce's first administrator.

    It works once, for a day, and only while no administrator of the taskforce
    can sign in. If its user did not add a passkey, print another link. A new
    link replaces the previous one.

    \b
    tilsagn admin-link
    tilsagn admin-link --taskforce vejle
    """
    from deploy.cli.admin_link import print_link  # noqa: PLC0415

    print_link(taskforce)


@dead_letters_app.command("list")
def dead_letters_list(as_json: AsJson = False) -> None:
    """List the messages that could not be applied.

    \b
    tilsagn dead-letters list
    """
    from deploy.cli.dead_letters import list_dead_letters  # noqa: PLC0415

    list_dead_letters(as_json=as_json)


@dead_letters_app.command("show")
def dead_letters_show(
    letter: Annotated[UUID, typer.Argument(metavar="ID", help="Its id, from `list`.")],
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: its origin, the reason, and the whole message.

    \b
    tilsagn dead-letters show 3f0c2c1e-…
    """
    from deploy.cli.dead_letters import show_dead_letter  # noqa: PLC0415

    show_dead_letter(letter, as_json=as_json)


@dead_letters_app.command("replay")
def dead_letters_replay(
    letters: Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="Ids, from `list`.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apply dead letters again after the cause was corrected. One that fails again stays a dead letter.

    \b
    tilsagn dead-letters replay 3f0c2c1e-…
    tilsagn dead-letters replay --all
    """
    from deploy.cli.dead_letters import replay_dead_letters  # noqa: PLC0415

    replay_dead_letters(letters or [], every=every, as_json=as_json)


@rebuild_app.command("dashboard")
def rebuild_dashboard(as_json: AsJson = False) -> None:
    """Build a new dashboard beside the old one, then replace it. The old one is served meanwhile.

    \b
    tilsagn rebuild dashboard
    """
    from deploy.cli.rebuild import rebuild_dashboard as run  # noqa: PLC0415

    run(as_json=as_json)


@app.command(rich_help_panel=OPERATE)
def replay(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=f"Whose changes: {', '.join(SERVICES)}.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            metavar="TIME",
            help="Only what was recorded from then on (UTC).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a service's changes again. Safe at any time: consumers take each change once.

    \b
    tilsagn replay pledges
    tilsagn replay events --since 2026-11-01
    """
    from deploy.cli.replay import replay_service  # noqa: PLC0415

    replay_service(service, since=since.replace(tzinfo=UTC) if since else None, as_json=as_json)


@app.command(rich_help_panel=OPERATE)
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; nothing may be there yet.")],
    as_json: AsJson = False,
) -> None:
    """Write the whole installation of `tilsagn up` into one file, to be moved to servers.

    It has to be stopped. The file holds the four databases and the keys their
    data depends on, and only you can read it.

    \b
    tilsagn export struer.export
    """
    from deploy.cli.transfer import export as run  # noqa: PLC0415

    run(file, as_json=as_json)


@app.command("import-installation", rich_help_panel=OPERATE)
def import_installation(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` has written; - reads it from stdin.")],
    as_json: AsJson = False,
) -> None:
    """Bring an exported installation into a new deployment of separate processes.

    Its apps and workers have to be stopped and its databases empty. All of the
    file is imported, or nothing. Import only what you have exported yourself.

    \b
    tilsagn import-installation struer.export
    docker compose run --rm -T operator import-installation - < struer.export
    """
    from deploy.cli.transfer import import_installation as run  # noqa: PLC0415

    run(file, as_json=as_json)


@app.command(rich_help_panel=OPERATE)
def reconcile(
    erasures: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What `tilsagn erasures` has written, the last time before the restore."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """After the databases were restored from a backup: refill the broker from them.

    The broker may have changes that the backup does not contain. They are listed
    (they are lost and must be logged again), then the topics are emptied, and
    everything in the databases is published again. Erasures since the backup are
    repeated. Apps and workers must be stopped.

    \b
    tilsagn reconcile --erasures erasures.json
    tilsagn reconcile --erasures erasures.json --json > lost.json
    """
    from deploy.cli.reconcile import run_reconcile  # noqa: PLC0415

    run_reconcile(erasures or (), as_json=as_json)
