"""The `tilsagn` command where nothing runs: help, exit codes, tokens, the doctor."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from deploy.local.state import State
from deploy.scenarios.identities import person_id, taskforce_id
from shared.auth import TokenVerifier
from tests.cli.command import Ran, tilsagn

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = (
    ["up"],
    ["demo"],
    ["status"],
    ["doctor"],
    ["scenario", "load"],
    ["import", "pledges"],
    ["figures"],
    ["verify"],
    ["token"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["dead-letters", "replay"],
    ["rebuild", "dashboard"],
    ["replay"],
)
NEED_AN_INSTALLATION = (
    ["status"],
    ["scenario", "load", "struer"],
    ["figures"],
    ["verify"],
    ["dead-letters", "list"],
    ["dead-letters", "replay", "--all"],
    ["rebuild", "dashboard"],
    ["replay", "pledges"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def signing_state(folder: Path) -> State:
    """A state folder that has been used once; nothing runs on it."""
    state = State(folder)
    with state:
        state.secrets()
    return state


def _one_sentence(ran: Ran) -> str:
    said = ran.notes.strip()
    assert "Traceback" not in said
    assert said.count("\n") == 0
    assert said.endswith(".")
    return said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_has_an_example(command: list[str], folder: Path) -> None:
    ran = tilsagn(*command, "--help", state=folder)
    assert ran.exit_code == 0
    assert f"tilsagn {' '.join(command)}" in ran.output


def test_the_help_names_every_command_and_the_exit_codes(folder: Path) -> None:
    ran = tilsagn("--help", state=folder)
    assert ran.exit_code == 0
    assert all(command[0] in ran.output for command in COMMANDS)
    assert "Exit codes" in ran.output


@pytest.mark.parametrize("command", NEED_AN_INSTALLATION, ids=" ".join)
def test_a_command_that_needs_a_running_installation_says_so_and_how_to_start_one(
    command: list[str], folder: Path
) -> None:
    ran = tilsagn(*command, state=folder)
    assert ran.exit_code == 3
    assert "tilsagn up" in _one_sentence(ran)
    assert ran.output == ""


def test_an_unknown_command_is_wrong_use(folder: Path) -> None:
    assert tilsagn("brew", state=folder).exit_code == 2


def test_an_unknown_scenario_is_wrong_use_and_the_known_one_is_named(folder: Path) -> None:
    ran = tilsagn("scenario", "load", "atlantis", state=folder)
    assert ran.exit_code == 2
    assert "struer" in _one_sentence(ran)


def test_a_service_that_publishes_nothing_cannot_be_replayed(folder: Path) -> None:
    ran = tilsagn("replay", "dashboard", state=folder)
    assert ran.exit_code == 2
    assert "publishes nothing" in _one_sentence(ran)


def test_replaying_letters_wants_to_know_which(folder: Path) -> None:
    ran = tilsagn("dead-letters", "replay", state=folder)
    assert ran.exit_code == 2
    assert "--all" in _one_sentence(ran)


def test_half_a_deployments_environment_is_refused_by_name(folder: Path) -> None:
    ran = tilsagn("verify", state=folder, environment={"PLEDGES_DATABASE_URL": "postgresql://nowhere"})
    assert ran.exit_code == 1
    assert "DASHBOARD_PUBLIC_URL" in _one_sentence(ran)


# ---- token


def test_a_token_is_all_that_is_printed_and_it_opens_what_was_asked_for(signing_state: State, folder: Path) -> None:
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
    ran = tilsagn("token", "--role", "member", "--taskforce", "vejle", "--hours", "0.5", state=folder)
    principal = TokenVerifier(signing_state.secrets().token_jwks).verify(ran.output.strip())
    assert principal.taskforce_id == taskforce_id("vejle")
    assert 0 < principal.expires_at - time.time() <= 1800


def test_an_event_pass_opens_the_event_it_names(signing_state: State, folder: Path) -> None:
    event = uuid4()
    ran = tilsagn("token", "--role", "event_pass", "--event", str(event), state=folder)
    assert TokenVerifier(signing_state.secrets().token_jwks).verify(ran.output.strip()).event_id == event


@pytest.mark.usefixtures("signing_state")
def test_an_event_pass_without_an_event_is_refused(folder: Path) -> None:
    ran = tilsagn("token", "--role", "event_pass", state=folder)
    assert ran.exit_code == 1
    assert "--event" in _one_sentence(ran)


def test_a_role_that_does_not_exist_is_wrong_use(folder: Path) -> None:
    ran = tilsagn("token", "--role", "mayor", state=folder)
    assert ran.exit_code == 2
    assert "caseworker" in ran.notes


def test_where_there_has_never_been_an_installation_there_is_no_token(folder: Path) -> None:
    ran = tilsagn("token", "--role", "member", state=folder)
    assert ran.exit_code == 3
    assert "tilsagn up" in _one_sentence(ran)
    assert not folder.exists()


# ---- doctor


def test_the_doctor_finds_nothing_wrong_here(folder: Path) -> None:
    ran = tilsagn("doctor", "--json", state=folder)
    findings = {finding["name"]: finding for finding in ran.json["findings"]}
    assert {"Python", "Embedded programs", "State folder", "Disk", "Port", "PostgreSQL", "Broker"} <= findings.keys()
    assert ran.exit_code == (0 if ran.json["ok"] else 1)
    assert findings["Embedded programs"]["verdict"] == "ok"
    assert all(finding["advice"] for finding in findings.values() if finding["verdict"] == "bad")


def test_the_doctor_says_what_to_do_about_a_folder_of_another_version(signing_state: State, folder: Path) -> None:
    (signing_state.folder / "format").write_text("99\n")
    ran = tilsagn("doctor", state=folder)
    assert ran.exit_code == 1
    assert "format 99" in ran.output
    assert "State folder" in ran.notes


def test_json_is_for_programs_and_nothing_else_is_on_standard_output(folder: Path) -> None:
    json.loads(tilsagn("doctor", "--json", state=folder).output)
