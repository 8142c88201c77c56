"""Generating the secrets of an installation: all, or a single one."""

from __future__ import annotations

import re

import pytest

from deploy.secrets import main, make
from tests.support.topology import COMPOSE


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


def test_an_unknown_name_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"REQUEST_KEY: there are .*PLEDGES_REQUEST_KEY"):
        main(["REQUEST_KEY"])
    assert capsys.readouterr().out == ""
