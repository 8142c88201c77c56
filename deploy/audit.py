"""`python -m deploy.audit`: search the checkout for secrets and the locked packages for known vulnerabilities.

Vulnerabilities are looked up at the package registries. If a registry is not available, the command prints that the
check was skipped and does not fail.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deploy.cli.encoding import configure_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKED: Final = ("requirements/setup.txt", "requirements/dev.txt")
_HASH_FILES: Final = (
    *LOCKED,
    "requirements/runtime.txt",
    "package-lock.json",
    "deploy/postgres/released_migrations.toml",
)
_HASH_FOLDERS: Final = ("tests/upgrade/releases/",)
"""Recorded rows of made-up people, with digests of their requests."""
_BINARY: Final = frozenset({".woff2", ".png", ".ico", ".pdf", ".xlsx", ".xls", ".ods"})
_TIMEOUT_SECONDS: Final = 120
_SCAN_TIMEOUT_SECONDS: Final = 900
"""The secret scan needs half a minute of processor time; a busy machine takes much longer."""


@dataclass
class Findings:
    """The result of a check.

    Attributes:
        checked: number of files or packages that were checked.
        wrong: one line per problem.
        unchecked: one line per check that was skipped.
    """

    checked: int = 0
    wrong: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def secrets(root: Path = ROOT) -> Findings:
    """Scan every text file that Git tracks, or would track, for secrets.

    A line with `pragma: allowlist secret` is skipped.
    """
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root)
    if listed.returncode:
        return Findings(unchecked=["this is no Git checkout: its files were not looked through for secrets"])
    names = [
        name
        for name in listed.stdout.split("\0")
        if name and name not in _HASH_FILES and not name.startswith(_HASH_FOLDERS)
    ]
    texts = [name for name in names if Path(name).suffix not in _BINARY and (root / name).is_file()]
    scanned = _run([sys.executable, "-m", "detect_secrets", "scan", "--no-verify", *texts], root, _SCAN_TIMEOUT_SECONDS)
    if scanned.returncode:
        return Findings(wrong=[f"the files could not be looked through: {scanned.stderr.strip()[-500:]}"])
    found = json.loads(scanned.stdout)["results"]
    return Findings(
        checked=len(texts),
        wrong=[f"{name}:{one['line_number']}: {one['type']}" for name, every in found.items() for one in every],
    )


def python_packages(root: Path = ROOT) -> Findings:
    """Look up the known vulnerabilities of every locked Python package."""
    findings = Findings()
    for locked in LOCKED:
        command = [sys.executable, "-m", "pip_audit", "--requirement", locked, "--disable-pip", "--require-hashes"]
        done = _run([*command, "--format", "json", "--progress-spinner", "off"], root)
        parsed = parse_pip_audit(done.stdout)
        findings.checked += parsed.checked
        findings.wrong += parsed.wrong
        findings.unchecked += parsed.unchecked
    return findings


def parse_pip_audit(output: str) -> Findings:
    """Parse pip-audit's JSON. Any other output means that the registry was not available."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Findings(
            unchecked=["the registry of Python packages cannot be queried for known vulnerabilities from here"]
        )
    wrong = [
        f"{package['name']} {package['version']}: {vulnerability['id']}{_fixed_in(vulnerability.get('fix_versions'))}"
        for package in packages
        for vulnerability in package.get("vulns", ())
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if packages and len(unknown) == len(packages):
        return Findings(
            unchecked=["the registry of Python packages cannot be queried for known vulnerabilities from here"]
        )
    unchecked = [f"nothing is known of {', '.join(unknown)}"] if unknown else []
    return Findings(len(packages) - len(unknown), wrong, unchecked)


def node_packages(root: Path = ROOT) -> Findings:
    """Look up the known vulnerabilities of every locked npm package."""
    return parse_npm_audit(_run(["npm", "audit", "--json"], root).stdout)


def parse_npm_audit(output: str) -> Findings:
    """Parse npm's JSON. Any other output means that the registry was not available."""
    try:
        report = json.loads(output)
        vulnerabilities: dict[str, dict[str, Any]] = report["vulnerabilities"]
        checked = int(report["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        return Findings(
            unchecked=["the registry of npm packages cannot be queried for known vulnerabilities from here"]
        )
    return Findings(
        checked, [f"{name}: {one['severity']}, {one.get('range', '')}" for name, one in vulnerabilities.items()]
    )


def _fixed_in(versions: Sequence[str] | None) -> str:
    return f", mended in {', '.join(versions)}" if versions else ", not mended yet"


def _run(command: Sequence[str], root: Path, seconds: float = _TIMEOUT_SECONDS) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  (of ours)
            command, cwd=root, capture_output=True, text=True, check=False, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def main() -> int:
    """Print the findings. Returns 1 if there is a problem, else 0."""
    configure_output()
    checks: Iterable[tuple[str, Findings]] = (
        ("files without a secret", secrets()),
        ("Python packages without a known weakness", python_packages()),
        ("npm packages without a known weakness", node_packages()),
    )
    wrong = False
    for what, found in checks:
        for line in found.wrong:
            print(f"✗ {line}")
        for line in found.unchecked:
            print(f"– not checked: {line}")
        if found.checked and not found.wrong:
            print(f"✓ {found.checked} {what}")
        wrong = wrong or bool(found.wrong)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
