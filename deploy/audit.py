"""`python -m deploy.audit`: no secret lies in the checkout, and no package has a weakness that is known.

Weaknesses are looked up with the package registries. Where those cannot be asked, that is said, and nothing else
fails because of it: a check that was not made is no reason to keep back what is right.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKED: Final = ("requirements/setup.txt", "requirements/dev.txt")
_NOTHING_BUT_HASHES: Final = (*LOCKED, "requirements/runtime.txt", "package-lock.json")
_BINARY: Final = frozenset({".woff2", ".png", ".ico", ".pdf", ".xlsx", ".xls", ".ods"})
_PATIENCE_SECONDS: Final = 120
_READING_SECONDS: Final = 900
"""for looking through the files: half a minute's work for a processor, and the machine may have other work"""


@dataclass
class Findings:
    """What a check has found.

    Attributes:
        wrong: what must not stay so, a line each; empty is good.
        unchecked: what could not be checked, a line each.
        checked: how many files or packages were.
    """

    checked: int = 0
    wrong: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def secrets(root: Path = ROOT) -> Findings:
    """Look for secrets in every text file that is under version control (or would be).

    What only looks like one says so on its line: `pragma: allowlist secret`.
    """
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root)
    if listed.returncode:
        return Findings(unchecked=["this is no Git checkout: its files were not looked through for secrets"])
    names = [name for name in listed.stdout.split("\0") if name and name not in _NOTHING_BUT_HASHES]
    texts = [name for name in names if Path(name).suffix not in _BINARY and (root / name).is_file()]
    scanned = _run([sys.executable, "-m", "detect_secrets", "scan", "--no-verify", *texts], root, _READING_SECONDS)
    if scanned.returncode:
        return Findings(wrong=[f"the files could not be looked through: {scanned.stderr.strip()[-500:]}"])
    found = json.loads(scanned.stdout)["results"]
    return Findings(
        checked=len(texts),
        wrong=[f"{name}:{one['line_number']}: {one['type']}" for name, every in found.items() for one in every],
    )


def python_packages(root: Path = ROOT) -> Findings:
    """Ask what is known of every Python package that is pinned."""
    findings = Findings()
    for locked in LOCKED:
        command = [sys.executable, "-m", "pip_audit", "--requirement", locked, "--disable-pip", "--require-hashes"]
        asked = _run([*command, "--format", "json", "--progress-spinner", "off"], root)
        judged = judge_python(asked.stdout)
        findings.checked += judged.checked
        findings.wrong += judged.wrong
        findings.unchecked += judged.unchecked
    return findings


def judge_python(said: str) -> Findings:
    """Read pip-audit's JSON; anything else means that it could not ask."""
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Findings(unchecked=["the registry of Python packages cannot be asked for known weaknesses from here"])
    wrong = [
        f"{package['name']} {package['version']}: {weakness['id']}{_mended(weakness.get('fix_versions'))}"
        for package in packages
        for weakness in package.get("vulns", ())
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if packages and len(unknown) == len(packages):
        return Findings(unchecked=["the registry of Python packages cannot be asked for known weaknesses from here"])
    unchecked = [f"nothing is known of {', '.join(unknown)}"] if unknown else []
    return Findings(len(packages) - len(unknown), wrong, unchecked)


def node_packages(root: Path = ROOT) -> Findings:
    """Ask what is known of every npm package that is pinned."""
    return judge_node(_run(["npm", "audit", "--json"], root).stdout)


def judge_node(said: str) -> Findings:
    """Read npm's JSON; anything else means that it could not ask."""
    try:
        report = json.loads(said)
        weak: dict[str, dict[str, Any]] = report["vulnerabilities"]
        checked = int(report["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        return Findings(unchecked=["the registry of npm packages cannot be asked for known weaknesses from here"])
    return Findings(checked, [f"{name}: {one['severity']}, {one.get('range', '')}" for name, one in weak.items()])


def _mended(versions: Sequence[str] | None) -> str:
    return f", mended in {', '.join(versions)}" if versions else ", not mended yet"


def _run(command: Sequence[str], root: Path, seconds: float = _PATIENCE_SECONDS) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  (of ours)
            command, cwd=root, capture_output=True, text=True, check=False, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def main() -> int:
    """Print what was found. Returns 1 where something must not stay so."""
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
