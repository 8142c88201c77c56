"""The secret scan and the vulnerability check, and their reports of skipped checks."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploy import audit
from shared.http.auth import new_private_jwk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "good.py").write_text('NAME = "Tilsagn"\n')
    return tmp_path


def test_a_secret_is_found_in_every_text_file(checkout: Path) -> None:
    assert audit.secrets(checkout).wrong == []
    (checkout / "key.py").write_text(f"KEY = {new_private_jwk()!r}\n")
    (checkout / "deploy.env").write_text("SMTP_PASSWORD=" + "a8Kd0" * 4 + "\n")
    (checkout / "client.yaml").write_text('client_secret: "tilsagn_' + "Pw2sd8iCdRCqcItR" * 2 + '"\n')
    found = audit.secrets(checkout)
    assert {line.partition(":")[0] for line in found.wrong} == {"key.py", "deploy.env", "client.yaml"}
    assert found.checked == 4


def test_lines_with_the_pragma_are_allowed(checkout: Path) -> None:
    (checkout / "key.py").write_text('SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret\n')
    assert audit.secrets(checkout).wrong == []


def test_a_folder_that_is_no_checkout_is_reported_as_unchecked(tmp_path: Path) -> None:
    found = audit.secrets(tmp_path)
    assert (found.checked, len(found.unchecked)) == (0, 1)


def test_a_vulnerable_package_is_reported_with_the_fixed_version() -> None:
    weak = {"id": "PYSEC-2026-1", "fix_versions": ["3.1.6"], "description": "…"}
    answer = {
        "dependencies": [
            {"name": "jinja2", "version": "3.1.0", "vulns": [weak, {"id": "GHSA-x", "fix_versions": []}]},
            {"name": "rich", "version": "15.0.0", "vulns": []},
            {"name": "ours", "skip_reason": "not found"},
        ]
    }
    found = audit.parse_pip_audit(json.dumps(answer))
    assert found.wrong == ["jinja2 3.1.0: PYSEC-2026-1, mended in 3.1.6", "jinja2 3.1.0: GHSA-x, not mended yet"]
    assert (found.checked, found.unchecked) == (2, ["nothing is known of ours"])


@pytest.mark.parametrize(
    "said", ["", "Traceback", "[]", json.dumps({"dependencies": [{"name": "rich", "skip_reason": "not found"}]})]
)
def test_an_unavailable_registry_is_reported_as_unchecked(said: str) -> None:
    found = audit.parse_pip_audit(said)
    assert (found.checked, found.wrong, len(found.unchecked)) == (0, [], 1)


def test_npm_packages_are_checked_the_same_way() -> None:
    weak = {"htmx.org": {"severity": "high", "range": "<2.0.9"}}
    answer = {"vulnerabilities": weak, "metadata": {"dependencies": {"total": 12}}}
    assert audit.parse_npm_audit(json.dumps(answer)).wrong == ["htmx.org: high, <2.0.9"]
    assert audit.parse_npm_audit(json.dumps(answer | {"vulnerabilities": {}})).checked == 12
    assert audit.parse_npm_audit('{"error": {"code": "ENOTFOUND"}}').unchecked
