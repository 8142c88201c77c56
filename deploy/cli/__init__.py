"""The `tilsagn` command: runs everything on this machine, imports data, shows figures and operates an installation.

`app` declares the commands with their options and help; the other modules implement one command or a few related ones.
A command that fails prints one sentence with the reason and the remedy, never a traceback.

Exit codes: 0 done, 1 failed or found a problem, 2 wrong usage, 3 no running installation.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command with the process's arguments and end the process with its exit code."""
    from deploy.cli.app import app  # noqa: PLC0415  (a program that imports this package wants no command line)
    from deploy.cli.console import CommandError  # noqa: PLC0415
    from deploy.cli.encoding import configure_output  # noqa: PLC0415
    from shared.logging import configure_logging  # noqa: PLC0415

    configure_output()
    # Log lines of libraries are not part of a command's output.
    configure_logging(log_format="console", level="ERROR")
    try:
        app()
    except CommandError as why:
        _fail(str(why), why.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("TILSAGN_TRACEBACK"):
            raise
        from deploy.cli.console import FAILED  # noqa: PLC0415
        from deploy.cli.failures import explain  # noqa: PLC0415

        _fail(explain(error), FAILED)


def _fail(sentence: str, exit_code: int) -> None:
    """Print why the command failed and end the process."""
    from deploy.cli.console import discard_output, stderr_console, with_command_name  # noqa: PLC0415

    with suppress(OSError):
        stderr_console().print(with_command_name(sentence), style="red")
    try:
        sys.stdout.flush()
    except OSError:
        discard_output(sys.stdout)
    sys.exit(exit_code)
