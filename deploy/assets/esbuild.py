"""Bundles and minifies our scripts and style sheets with esbuild. Warnings are errors; there are no source maps."""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.assets.npm import NODE_MODULES
from deploy.assets.sources import ROOT

# The JavaScript version that all supported browsers understand; esbuild rewrites newer syntax.
_TARGET = "es2022"
_ALWAYS = ("--bundle", "--minify", "--charset=utf8", "--log-level=warning", "--color=false")


class EsbuildError(RuntimeError):
    """esbuild reported an error or a warning; the message says where."""


def scripts(entry_points: Mapping[str, Path]) -> dict[str, bytes]:
    """Return one ES module per entry point, with everything that it imports, by the same name (`live.js`).

    Raises:
        EsbuildError: a source has an error or a warning.
    """
    with tempfile.TemporaryDirectory(prefix="tilsagn-js-") as folder:
        named = [f"{name.removesuffix('.js')}={path}" for name, path in entry_points.items()]
        _run([*named, "--format=esm", f"--target={_TARGET}", f"--outdir={folder}"])
        return {name: (Path(folder) / name).read_bytes() for name in entry_points}


def style_sheet(parts: Sequence[Path]) -> bytes:
    """Return one style sheet from the parts in the given order. The parts must not refer to other files.

    Raises:
        EsbuildError: a part has an error or a warning.
    """
    imports = "".join(f'@import "./{part.relative_to(ROOT)}";\n' for part in parts)
    return _run(["--loader=css"], stdin=imports)


def _run(arguments: Sequence[str], stdin: str = "") -> bytes:
    command = [str(_program()), *_ALWAYS, *arguments]
    done = subprocess.run(command, cwd=ROOT, input=stdin.encode(), capture_output=True, check=False)  # noqa: S603 - our words
    if done.returncode or done.stderr:
        raise EsbuildError(done.stderr.decode().strip() or f"esbuild ended with {done.returncode}")
    return done.stdout


def _program() -> Path:
    """Return the path of esbuild's native program. It is called directly, because the npm command needs Node.js."""
    found = next(NODE_MODULES.glob("@esbuild/*/bin/esbuild"), None)
    if found is None:
        raise EsbuildError("npm has installed no esbuild for this platform")
    return found
