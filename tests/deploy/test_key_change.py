"""The signing key is replaced in three steps without signing anybody out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr

from deploy import key_change
from deploy.key_change import NEXT, WrongStep, change
from deploy.secrets import as_env_file, make
from services.events.settings import EventsSettings
from shared.http.auth import InvalidToken, Principal, TokenVerifier, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping


SERVICE_TOKENS = ("NOTIFICATIONS_SERVICE_TOKEN", "DASHBOARD_SERVICE_TOKEN")


@pytest.fixture
def env(tmp_path: Path) -> Path:
    file = tmp_path / ".env"
    file.write_text("# Struer\nSENDER='Tilsagn <t@struer.example>'\n" + as_env_file(make()) + "SMTP_HOST=mail # here\n")
    return file


def read(env: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(env, interpolate=False).items()}


def token(variables: Mapping[str, str]) -> str:
    member = Principal(f"person:{uuid4()}", frozenset({"member"}), uuid4())
    return sign_token(variables["TOKEN_PRIVATE_KEY"], member, lifetime_seconds=60)


def is_good(token: str, variables: Mapping[str, str]) -> bool:
    try:
        TokenVerifier(variables["TOKEN_JWKS"]).verify(token)
    except InvalidToken:
        return False
    return True


def test_services_before_and_after_their_restart_accept_each_others_tokens(env: Path) -> None:
    states = [read(env)]
    for step in ("announce", "use", "retire"):
        change(step, env)
        states.append(read(env))
        before, after = states[-2:]
        for signs in (before, after):
            for verifies in (before, after):
                if step != "retire" or signs is after:
                    assert is_good(token(signs), verifies), step
                    assert all(is_good(signs[name], verifies) for name in SERVICE_TOKENS), step
    first, *_, last = states
    assert not is_good(token(first), last), "the old key is worth nothing any more"
    assert first["TOKEN_PRIVATE_KEY"] != last["TOKEN_PRIVATE_KEY"]
    assert set(first) == set(last)
    ours = {"TOKEN_PRIVATE_KEY", "TOKEN_JWKS", *SERVICE_TOKENS}
    assert {name for name in first if first[name] != last[name]} == ours
    assert env.read_text().startswith("# Struer\nSENDER=")
    assert "SMTP_HOST=mail # here\n" in env.read_text()
    assert env.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("steps", [("use",), ("retire",), ("announce", "announce"), ("announce", "retire")])
def test_a_step_out_of_order_changes_nothing(env: Path, steps: tuple[str, ...]) -> None:
    for step in steps[:-1]:
        change(step, env)
    before = env.read_text()
    with pytest.raises(WrongStep):
        change(steps[-1], env)
    assert env.read_text() == before
    assert list(env.parent.iterdir()) == [env]


def test_a_leaked_key_is_replaced_at_once_at_any_step(env: Path) -> None:
    change("announce", env)
    before = read(env)
    change("replace", env)
    after = read(env)
    assert NEXT not in after
    assert not is_good(token(before), after)
    assert not any(is_good(before[name], after) for name in SERVICE_TOKENS)
    assert is_good(token(after), after)
    assert all(is_good(after[name], after) for name in SERVICE_TOKENS)


def test_the_command_prints_the_next_step(env: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key_change.main(["announce", str(env)])
    assert capsys.readouterr().out == "Restart all services, then: use.\n"
    with pytest.raises(SystemExit, match="Nothing was changed: the next key has been announced"):
        key_change.main(["announce", str(env)])
    with pytest.raises(SystemExit, match="Nothing was changed: there is no TOKEN_PRIVATE_KEY"):
        key_change.main(["use", str(Path(env.parent) / "none")])


def test_repeats_of_requests_are_recognised_after_the_change_of_the_key(env: Path) -> None:
    _forget_request_key(env)
    keys = {events_request_key(read(env))}
    for step in ("announce", "use", "retire", "announce", "use", "retire", "replace"):
        change(step, env)
        keys.add(events_request_key(read(env)))
    assert len(keys) == 1


def test_a_request_key_that_was_derived_from_a_leaked_key_is_replaced_with_it(env: Path) -> None:
    _forget_request_key(env)
    before = events_request_key(read(env))
    change("replace", env)
    assert events_request_key(read(env)) != before


def _forget_request_key(env: Path) -> None:
    """The env file is of release 0.2."""
    lines = env.read_text().splitlines(keepends=True)
    env.write_text("".join(line for line in lines if not line.startswith("EVENTS_REQUEST_KEY")))


def events_request_key(variables: Mapping[str, str]) -> str:
    """The key that `events` uses with these variables."""
    settings = EventsSettings(
        database_url="postgresql://nowhere",
        token_private_key=SecretStr(variables["TOKEN_PRIVATE_KEY"]),
        token_jwks=variables["TOKEN_JWKS"],
        request_key=SecretStr(variables.get("EVENTS_REQUEST_KEY", "")),
    )
    return settings.request_key.get_secret_value()
