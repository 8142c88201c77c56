"""Installs the packages of `package-lock.json` into `node_modules/`, once per lock file."""

import hashlib
import shutil
import subprocess

from deploy.assets.sources import ROOT

NODE_MODULES = ROOT / "node_modules"
_DONE = NODE_MODULES / ".tilsagn-installed"


class NpmError(RuntimeError):
    """npm is missing or failed; the text says what to do."""


def _lock_digest() -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed() -> bool:
    """Whether `node_modules/` is the finished installation of the present lock file."""
    return _DONE.exists() and _DONE.read_text() == _lock_digest()


def install() -> None:
    """`npm ci`, without running any package's scripts. Raises NpmError."""
    if is_installed():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NpmError("npm is not installed. Install Node.js 18 or newer (Debian: apt-get install npm) and try again.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our words
    if done.returncode:
        raise NpmError(f"`npm ci` failed:\n{done.stdout}{done.stderr}")
    _DONE.write_text(_lock_digest())
