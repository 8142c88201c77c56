"""Decides whether there is anything to build, builds beside the present build, and swaps in one rename.

`built/manifest.json` names the folder in force; each build has a folder of its own that appears by rename,
so one that exists is whole. The build before stays, for the processes that still serve it.
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
    """A digest of everything a build depends on."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(built: Path = BUILT) -> bool:
    """Whether the build in force was made of what lies here now, and is all there."""
    try:
        manifest = json.loads((built / "manifest.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(manifest.get("stamp") == _stamp()) and (built / manifest["folder"]).is_dir()


@contextmanager
def _alone(built: Path) -> Iterator[None]:
    """Only one build at a time; the lock dies with its process."""
    built.mkdir(parents=True, exist_ok=True)
    with (built / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(say: Callable[[str], None], built: Path = BUILT) -> None:
    """Installs packages if needed and builds everything.

    Raises:
        NpmError, EsbuildError: something failed; the present build stays.
    """
    from deploy.assets import bundle, npm  # noqa: PLC0415 - fontTools is slow to import

    with _alone(built):
        if not npm.is_installed():
            say("assets: npm ci")
        npm.install()
        if is_current(built):
            return
        while True:
            stamp = _stamp()
            files, icons = bundle.collect(say)
            # A source edited while it was being read would make a build of neither state, stamped as the earlier one.
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
        _put(built / "manifest.json", {"stamp": stamp, "folder": folder, "files": files.names, "icons": icons})
        for old in built.glob("build-*"):
            if old.name not in {folder, before}:
                shutil.rmtree(old, ignore_errors=True)
        say(f"assets: {len(files.files)} files built")


def _folder_in_force(built: Path) -> str | None:
    try:
        return str(json.loads((built / "manifest.json").read_text())["folder"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def _put(path: Path, content: dict[str, object]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=1))
    beside.replace(path)
