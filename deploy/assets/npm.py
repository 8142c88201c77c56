"""Installs the packages of `package-lock.json` into `node_modules/`, once per lock file."""

import hashlib
import shutil
import subprocess

from deploy.assets.sources import ROOT

NODE_MODULES = ROOT / "node_modules"
_DONE = NODE_MODULES / ".tilsagn-installed"
_ALL, _RUNTIME = "all", "runtime"


class NpmError(RuntimeError):
    """npm is missing or failed; the message says what to do."""


def _lock_digest() -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed(*, development: bool = False) -> bool:
    """Return whether `node_modules/` is a complete installation of the current lock file.

    Args:
        development: also require the packages that only tests use.
    """
    try:
        digest, _, packages = _DONE.read_text().partition(" ")
    except FileNotFoundError:
        return False
    return digest == _lock_digest() and (packages == _ALL or not development)


def install(*, development: bool = False) -> None:
    """Run `npm ci` without the packages' scripts, unless the packages are installed.

    Args:
        development: also install the packages that only tests use.

    Raises:
        NpmError: npm is missing or failed.
    """
    if is_installed(development=development):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NpmError("npm is not installed. Install Node.js 18 or newer (Debian: apt-get install npm) and try again.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command += [] if development else ["--omit=dev"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our words
    if done.returncode:
        raise NpmError(f"`npm ci` failed:\n{done.stdout}{done.stderr}")
    _write_marker(_ALL if development else _RUNTIME)


def mark_installed() -> None:
    """Mark `node_modules/` as installed, after `npm ci` was run elsewhere (in a build stage without Python)."""
    _write_marker(_RUNTIME)


def _write_marker(packages: str) -> None:
    _DONE.write_text(f"{_lock_digest()} {packages}")
