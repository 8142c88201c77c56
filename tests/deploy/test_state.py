"""The state folder: private, locked by one launcher, and consistent after a kill."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from deploy.local.forget import forget, main
from deploy.local.state import DEMO, AlreadyRunning, KeysLost, Running, State, StateFailed, default_folder
from shared.http.auth import Principal, TokenVerifier, sign_token
from tests.deploy.processes import finished, python
from tests.support.waiting import PATIENCE_SECONDS

RUNNING = Running(
    pid=4711,
    url="http://localhost:8080",
    internal_url="http://127.0.0.1:1",
    postgres_port=2,
    bootstrap_servers="127.0.0.1:3",
    smtp_port=4,
    demo_mode=False,
)


def test_only_the_owner_can_read_the_state_folder(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        state.secrets()
        state.announce(RUNNING)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.folder.iterdir()}
    # As root the account that PostgreSQL runs as passes through the folder, but cannot list it.
    assert stat.S_IMODE(state.folder.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert {modes[folder] for folder in ("mail", "logs")} == {0o700}
    assert {modes[file] for file in ("secrets.json", "running.json", "format", "lock")} == {0o600}


def test_what_was_put_back_from_a_backup_is_for_the_owner_only(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        state.secrets()
    file = state.folder / "secrets.json"
    file.chmod(0o644)
    with State(state.folder):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_are_generated_once(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        first = state.secrets()
    with State(tmp_path / "state") as state:
        assert state.secrets() == first
    assert len(set(first.passwords.values())) == 10


def _without(state: State, *names: str) -> None:
    """The keys are lost: the whole file, or the ones that are named."""
    file = state.folder / "secrets.json"
    kept = json.loads(file.read_text())
    file.unlink()
    if names:
        file.write_text(json.dumps({name: value for name, value in kept.items() if name not in names}))


def _databases(state: State) -> None:
    """PostgreSQL was started on the folder."""
    state.postgres.mkdir()
    (state.postgres / "port").write_text("5432")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], r"its keys \(secrets\.json\) are gone"),
        (["token_private_key"], r"secrets\.json lacks token_private_key"),
        (["request_key"], r"secrets\.json lacks request_key"),
    ],
    ids=["all", "token_private_key", "request_key"],
)
def test_lost_keys_of_an_installation_with_data_are_an_error_with_a_remedy(
    tmp_path: Path, names: list[str], said: str
) -> None:
    with State(tmp_path / "state") as state:
        before = state.secrets()
        _databases(state)
        _without(state, *names)
        with pytest.raises(KeysLost, match=rf"{said}: put .* back from a backup.*`tilsagn up --new-keys`"):
            state.secrets()
        made = state.secrets(new_keys=True)
        assert (made.token_private_key, made.request_key) != (before.token_private_key, before.request_key)
        assert state.secrets() == made


def test_a_lost_password_is_replaced(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        before = state.secrets()
        _databases(state)
        _without(state, "passwords")
        assert state.secrets().token_private_key == before.token_private_key


def test_logs_of_earlier_versions_are_closed_to_others(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        log = state.logs / "tilsagn.log.1"
        log.write_text("{}")
        log.chmod(0o644)
        state.logs.chmod(0o755)
    with state:
        assert (stat.S_IMODE(log.stat().st_mode), stat.S_IMODE(state.logs.stat().st_mode)) == (0o600, 0o700)


def test_missing_secrets_of_a_newer_version_are_added(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        before = state.secrets()
        kept = json.loads((state.folder / "secrets.json").read_text())
        del kept["passwords"]["tilsagn_events_app"]
        del kept["request_key"]
        (state.folder / "secrets.json").write_text(json.dumps(kept))
        after = state.secrets()
    assert after.token_private_key == before.token_private_key
    assert after.passwords["tilsagn_events_owner"] == before.passwords["tilsagn_events_owner"]
    assert after.passwords["tilsagn_events_app"]
    assert len(after.request_key) >= 32


def test_the_public_keys_verify_what_the_private_key_signs(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        secrets = state.secrets()
    principal = Principal(subject="service:notifications", roles=frozenset({"service"}), taskforce_id=None)
    token = sign_token(secrets.token_private_key, principal, lifetime_seconds=60)
    assert TokenVerifier(secrets.token_jwks).verify(token).subject == "service:notifications"
    assert '"d"' not in secrets.token_jwks


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        secrets = state.secrets()
    assert not any(password in repr(secrets) for password in secrets.passwords.values())
    assert secrets.token_private_key not in repr(secrets)
    assert secrets.request_key not in repr(secrets)


def test_unreadable_secrets_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        (state.folder / "secrets.json").write_text("{")
        with pytest.raises(StateFailed, match=r"secrets.json cannot be read .* backup"):
            state.secrets()


def test_a_second_launcher_gets_the_address_of_the_first(tmp_path: Path) -> None:
    with State(tmp_path / "state") as first:
        first.announce(RUNNING)
        with pytest.raises(AlreadyRunning, match=r"running already at http://localhost:8080 \(process 4711\)"):
            State(tmp_path / "state").hold()


def test_a_dead_launcher_does_not_count_as_running(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from deploy.local.state import Running, State
        state = State(Path(sys.argv[1]))
        state.hold()
        state.announce(Running(1, "http://localhost:1", "http://127.0.0.1:1", 1, "127.0.0.1:1", 1, False))
        assert State(Path(sys.argv[1])).running() is not None
        print("held", flush=True)
        os.kill(os.getpid(), 9)
    """
    killed = python(code, tmp_path / "state")
    output, _ = killed.communicate(timeout=PATIENCE_SECONDS)
    assert output == "held\n"
    state = State(tmp_path / "state")
    assert (state.folder / "running.json").exists()
    assert state.running() is None
    with state:
        assert not (state.folder / "running.json").exists()


def test_unfinished_files_are_deleted(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        (state.folder / ".secrets.json.ab12.new").write_text("half")
    with state:
        assert not list(state.folder.glob(".*.new"))


def test_the_folder_of_a_newer_version_stays_unchanged(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        (state.folder / "format").write_text("99\n")
    with pytest.raises(StateFailed, match="another version of Tilsagn"):
        state.hold()


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TILSAGN_STATE", str(tmp_path / "here"))
    assert default_folder() == tmp_path / "here"
    monkeypatch.delenv("TILSAGN_STATE")
    assert default_folder() == Path(__file__).parents[2] / ".tilsagn"


@pytest.mark.skipif(os.geteuid() != 0, reason="about a folder of root's and an ordinary user")
def test_another_users_folder_is_refused_with_its_owner(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        state.secrets()
    code = """
        import sys
        from pathlib import Path
        from deploy.local.state import State, StateFailed
        try:
            State(Path(sys.argv[1])).hold()
        except StateFailed as refusal:
            print(refusal)
    """
    output = finished(python(code, state.folder, ordinary=True))
    assert "belongs to root and you are nobody: start as root, or choose another folder with TILSAGN_STATE" in output


def test_forget_deletes_everything_unless_a_launcher_runs(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state:
        state.secrets()
        state.announce(RUNNING)
        with pytest.raises(AlreadyRunning):
            forget(State(state.folder))
        assert (state.folder / "secrets.json").exists()
    forget(state)
    assert not state.folder.exists()


def test_forget_deletes_the_demo_too_and_alone_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILSAGN_STATE", str(tmp_path / "state"))
    with State() as own, State(own.folder / DEMO) as demo:
        pass
    with demo, pytest.raises(AlreadyRunning):
        forget(own)
    assert own.folder.exists()

    monkeypatch.setattr(sys, "argv", ["forget", "--yes", "--demo"])
    assert main() == 0
    assert (own.folder.exists(), demo.folder.exists()) == (True, False)
    monkeypatch.setattr(sys, "argv", ["forget", "--yes"])
    assert main() == 0
    assert not own.folder.exists()
