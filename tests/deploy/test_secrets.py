"""Generating the secrets of an installation: all, or a single one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from dotenv import dotenv_values

from deploy.secrets import main, make
from shared.http.auth import TokenVerifier
from tests.support.topology import COMPOSE

if TYPE_CHECKING:
    from pathlib import Path


def test_every_required_secret_of_the_compose_file_is_generated() -> None:
    insisted = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text(encoding="utf-8")))
    of_the_place = {"SMTP_HOST", "SENDER"}
    assert insisted - of_the_place <= set(make())


def test_a_single_secret_can_be_generated(capsys: pytest.CaptureFixture[str]) -> None:
    main(["PLEDGES_REQUEST_KEY"])
    main(["PLEDGES_REQUEST_KEY"])
    one, other = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"PLEDGES_REQUEST_KEY='[\w-]{43}'", one)
    assert one != other


def test_a_service_token_is_signed_with_the_key_of_the_env_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ".env"
    main([])
    file.write_text(capsys.readouterr().out)
    main(["--env", str(file), "DASHBOARD_SERVICE_TOKEN"])
    token = capsys.readouterr().out.partition("=")[2].strip().strip("'")
    verifier = TokenVerifier(str(dotenv_values(file, interpolate=False)["TOKEN_JWKS"]))
    assert verifier.verify(token).subject == "service:dashboard"
    with pytest.raises(SystemExit, match="no TOKEN_PRIVATE_KEY"):
        main(["--env", str(tmp_path / "none"), "DASHBOARD_SERVICE_TOKEN"])


def test_an_unknown_name_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"REQUEST_KEY: there are .*PLEDGES_REQUEST_KEY"):
        main(["REQUEST_KEY"])
    assert capsys.readouterr().out == ""
