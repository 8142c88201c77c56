"""Builds the assets if their sources have changed, and swaps the new build in atomically.

`built/manifest.json` names the current folder. Each build has its own folder, which is renamed when it is complete. The
previous build stays for processes that still serve it.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.assets import sources
from deploy.assets.sources import ROOT

BUILT = ROOT / "shared" / "ui" / "assets" / "built"


def _inputs() -> Iterator[Path]:
    yield ROOT / "package.json"
    yield ROOT / "package-lock.json"
    yield from sorted(Path(__file__).parent.glob("*.py"))
    yield from sources.everything()


def _stamp() -> str:
    """Return a digest of everything a build depends on."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(built: Path = BUILT) -> bool:
    """Return whether the current build exists and was made from the current sources."""
    try:
        manifest = json.loads((built / "manifest.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(manifest.get("stamp") == _stamp()) and (built / manifest["folder"]).is_dir()


@contextmanager
def _build_lock(built: Path) -> Iterator[None]:
    """Allow one build at a time. The lock ends with the process."""
    built.mkdir(parents=True, exist_ok=True)
    with (built / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(say: Callable[[str], None], built: Path = BUILT) -> None:
    """Install packages if necessary and build everything, unless the build is current.

    Args:
        say: called with a message before each step.
        built: the folder of all builds.

    Raises:
        NpmError, EsbuildError: the build failed; the current one stays.
    """
    from deploy.assets import bundle, npm  # noqa: PLC0415 - fontTools is slow to import

    with _build_lock(built):
        if not npm.is_installed():
            say("assets: npm ci")
        npm.install()
        if is_current(built):
            return
        while True:
            stamp = _stamp()
            files, icons = bundle.collect(say)
            # Build again if a source was edited meanwhile.
            if stamp == _stamp():
                break
        for left in built.glob("tmp-*"):
            shutil.rmtree(left, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix="tmp-", dir=built))
        making.chmod(0o755)
        files.write(making)
        folder = making.name.replace("tmp-", f"build-{stamp[:8]}-")
        making.rename(built / folder)
        before = _folder_in_force(built)
        _write_json(built / "manifest.json", {"stamp": stamp, "folder": folder, "files": files.names, "icons": icons})
        for old in built.glob("build-*"):
            if old.name not in {folder, before}:
                shutil.rmtree(old, ignore_errors=True)
        say(f"assets: {len(files.files)} files built")


def _folder_in_force(built: Path) -> str | None:
    try:
        return str(json.loads((built / "manifest.json").read_text())["folder"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def _write_json(path: Path, content: dict[str, object]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=1))
    beside.replace(path)
