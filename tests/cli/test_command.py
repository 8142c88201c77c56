"""The `tilsagn` command when nothing runs: help, exit statuses, tokens, the doctor."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from deploy.cli.app import TokenRole, app
from deploy.cli.console import CommandError
from deploy.local.state import State
from deploy.scenarios.identities import person_id, taskforce_id
from shared.http.auth import TokenVerifier
from shared.product.roles import ROLES
from tests.cli.command import ROOT, tilsagn

if TYPE_CHECKING:
    from typer.models import CommandInfo
    from typer.testing import Result

pytestmark = pytest.mark.processes

COMMANDS = (
    ["up"],
    ["demo"],
    ["status"],
    ["doctor"],
    ["scenario", "load"],
    ["import", "pledges"],
    ["import", "hires"],
    ["figures"],
    ["pack"],
    ["targets"],
    ["bridge"],
    ["verify"],
    ["recount"],
    ["token"],
    ["admin-link"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["dead-letters", "replay"],
    ["rebuild", "dashboard"],
    ["replay"],
    ["export"],
    ["import-installation"],
    ["reconcile"],
    ["retention"],
    ["person", "report"],
    ["person", "erase"],
    ["erasures"],
    ["rehearse"],
)
NEED_AN_INSTALLATION = (
    ["status"],
    ["scenario", "load", "struer"],
    ["figures"],
    ["pack", "7807eaaf-2a58-5532-ad69-319df1798113", "--pdf", "pack.pdf"],
    ["targets"],
    ["bridge", "--from", "2024-06-30", "--to", "2024-12-31"],
    ["verify"],
    ["recount"],
    ["dead-letters", "list"],
    ["dead-letters", "replay", "--all"],
    ["rebuild", "dashboard"],
    ["replay", "pledges"],
    ["retention", "--dry-run"],
    ["person", "report", "--email", "eva@example.dk"],
    ["person", "erase", "--email", "eva@example.dk"],
    ["erasures"],
    ["rehearse"],
    ["admin-link"],
)


def name(command: CommandInfo) -> str:
    """Return the name of a command: the declared one, else its function's."""
    return command.name or (command.callback.__name__ if command.callback else "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def signing_state(folder: Path) -> State:
    """A state folder that was used before; nothing runs with it."""
    state = State(folder)
    with state:
        state.secrets()
    return state


def _invoke(*arguments: str, state: Path) -> Result:
    """Run the command in this process, which is fast; errors are raised instead of printed."""
    return CliRunner().invoke(app, arguments, env={"TILSAGN_STATE": str(state)})


def _is_a_sentence(text: str) -> bool:
    text = text.strip()
    return "Traceback" not in text and "\n" not in text and text[:1].isupper() and text.endswith(".")


def _command_error(*arguments: str, state: Path) -> CommandError:
    refusal = _invoke(*arguments, state=state).exception
    assert isinstance(refusal, CommandError)
    assert _is_a_sentence(str(refusal))
    return refusal


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_has_an_example(command: list[str], folder: Path) -> None:
    result = _invoke(*command, "--help", state=folder)
    assert result.exit_code == 0
    assert f"tilsagn {' '.join(command)}" in result.output


def test_the_list_of_commands_is_complete() -> None:
    groups = {group.name: group.typer_instance for group in app.registered_groups if group.typer_instance is not None}
    named: set[tuple[str, ...]] = {(name(command),) for command in app.registered_commands}
    named |= {(str(group), name(command)) for group, inside in groups.items() for command in inside.registered_commands}
    assert named == {tuple(command) for command in COMMANDS}


def test_the_help_names_the_exit_codes_and_where_the_data_is(folder: Path) -> None:
    ran = tilsagn("--help", state=folder)
    assert ran.exit_code == 0
    assert "Exit codes" in ran.output
    assert "TILSAGN_STATE" in ran.output


@pytest.mark.parametrize("command", NEED_AN_INSTALLATION, ids=" ".join)
def test_without_an_installation_the_error_says_how_to_start_one(command: list[str], folder: Path) -> None:
    refusal = _command_error(*command, state=folder)
    assert refusal.exit_code == 3
    assert "tilsagn up" in str(refusal)


def test_an_error_is_one_sentence_on_stderr_with_an_exit_code(folder: Path) -> None:
    ran = tilsagn("figures", state=folder)
    assert ran.exit_code == 3
    assert ran.output == ""
    assert _is_a_sentence(ran.notes)


def test_an_unknown_command_is_wrong_use(folder: Path) -> None:
    assert tilsagn("brew", state=folder).exit_code == 2


def test_an_unknown_scenario_is_wrong_use_and_the_known_one_is_named(folder: Path) -> None:
    refusal = _command_error("scenario", "load", "atlantis", state=folder)
    assert refusal.exit_code == 2
    assert "struer" in str(refusal)


def test_replaying_dead_letters_needs_ids_or_all(folder: Path) -> None:
    refusal = _command_error("dead-letters", "replay", state=folder)
    assert refusal.exit_code == 2
    assert "--all" in str(refusal)


def test_an_incomplete_environment_names_the_missing_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGES_DATABASE_URL", "postgresql://nowhere")
    assert "DASHBOARD_PUBLIC_URL" in str(_command_error("verify", state=folder))


# ---- token


def test_only_the_token_is_printed_and_it_has_the_role(signing_state: State, folder: Path) -> None:
    ran = tilsagn("token", "--role", "caseworker", state=folder)
    assert ran.exit_code == 0
    assert ran.notes == ""
    assert len(ran.output.split()) == 1
    principal = TokenVerifier(signing_state.secrets().token_jwks).verify(ran.output.strip())
    assert principal.roles == {"caseworker"}
    assert principal.taskforce_id == taskforce_id("struer")
    assert principal.person_id == person_id("struer", "caseworker")
    assert principal.municipality == "0671"


def test_a_token_can_be_for_another_taskforce_and_a_shorter_time(signing_state: State, folder: Path) -> None:
    result = _invoke("token", "--role", "member", "--taskforce", "vejle", "--hours", "0.5", state=folder).output
    principal = TokenVerifier(signing_state.secrets().token_jwks).verify(result.strip())
    assert principal.taskforce_id == taskforce_id("vejle")
    assert 0 < principal.expires_at - time.time() <= 1800


def test_an_event_pass_opens_the_event_it_names(signing_state: State, folder: Path) -> None:
    event = uuid4()
    result = _invoke("token", "--role", "event_pass", "--event", str(event), state=folder).output
    assert TokenVerifier(signing_state.secrets().token_jwks).verify(result.strip()).event_id == event


def test_every_role_can_get_a_token() -> None:
    assert {role.value for role in TokenRole} == ROLES


@pytest.mark.usefixtures("signing_state")
def test_an_event_pass_without_an_event_is_refused(folder: Path) -> None:
    assert "--event" in str(_command_error("token", "--role", "event_pass", state=folder))


def test_a_role_that_does_not_exist_is_wrong_use(folder: Path) -> None:
    result = _invoke("token", "--role", "mayor", state=folder)
    assert result.exit_code == 2
    assert "caseworker" in result.output


def test_without_an_installation_there_is_no_token(folder: Path) -> None:
    refusal = _command_error("token", "--role", "member", state=folder)
    assert refusal.exit_code == 3
    assert "tilsagn up" in str(refusal)
    assert not folder.exists()


def test_commands_use_the_demo_until_there_is_an_installation(folder: Path) -> None:
    folder.mkdir()
    keys = {}
    for place in (folder / "demo", folder):
        with State(place) as state:
            keys[place] = state.secrets().token_jwks
        result = _invoke("token", "--role", "member", state=folder).output
        TokenVerifier(keys[place]).verify(result.strip())


# ---- doctor


def test_the_doctor_reports_no_problem_on_this_machine(folder: Path) -> None:
    ran = tilsagn("doctor", "--json", state=folder)
    findings = {finding["name"]: finding for finding in ran.json["findings"]}
    assert {"Python", "Embedded programs", "State folder", "Disk", "Port", "PostgreSQL", "Broker"} <= findings.keys()
    assert ran.exit_code == (0 if ran.json["ok"] else 1)
    assert findings["Embedded programs"]["verdict"] == "ok"
    assert all(finding["advice"] for finding in findings.values() if finding["verdict"] == "bad")


def test_the_doctor_gives_a_remedy_for_a_folder_of_another_version(signing_state: State, folder: Path) -> None:
    (signing_state.folder / "format").write_text("99\n")
    ran = tilsagn("doctor", state=folder)
    assert ran.exit_code == 1
    assert "format 99" in ran.output
    assert "State folder" in ran.notes


def test_messages_name_the_command_with_its_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    command = str(Path(sys.executable).with_name("tilsagn").relative_to(ROOT))

    result = tilsagn("status", state=folder)
    helped = tilsagn("import", "pledges", "--help", state=folder)
    first = tilsagn("--help", state=folder)

    assert f"`{command} up`" in result.notes
    assert f"{command} import pledges tilsagn.csv --dry-run" in helped.output
    assert f"{command} demo" in first.output
    assert f"`{command} COMMAND --help`" in " ".join(first.output.split())


def test_messages_name_the_command_alone_if_it_is_in_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")

    assert "`tilsagn up`" in tilsagn("status", state=folder).notes


@pytest.mark.parametrize("part", [("--email", "@"), ("--email", "eva@"), ("--phone", "850000"), ("--cvr", "2425679o")])
def test_a_person_is_looked_up_by_whole_addresses_and_numbers_only(part: tuple[str, str], folder: Path) -> None:
    for command in (("report",), ("erase", "--yes")):
        assert "Nobody was looked up" in str(_command_error("person", *command, *part, state=folder))


@pytest.mark.parametrize("unusable", ["Struer\u202e", "\u200b", "Struer 010190-1234"])
def test_a_taskforce_has_a_name_that_is_seen_as_it_is_stored(unusable: str, folder: Path) -> None:
    assert "The name of the taskforce cannot be used" in str(
        _command_error("up", "--no-browser", "--name", unusable, state=folder)
    )
