"""The `tilsagn` command: runs everything on this machine, imports data, shows figures and operates an installation.

`app` declares the commands with their options and help; the other modules implement one command or a few related ones.
A command that fails prints one sentence with the reason and the remedy, never a traceback.

Exit codes: 0 done, 1 failed or found a problem, 2 wrong usage, 3 no running installation.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command with the process's arguments and end the process with its exit code."""
    from deploy.cli.app import app  # noqa: PLC0415  (a program that imports this package wants no command line)
    from deploy.cli.console import FAILED, CommandError, stderr_console, with_command_name  # noqa: PLC0415
    from shared.logging import configure_logging  # noqa: PLC0415

    # Log lines of libraries are not part of a command's output.
    configure_logging(log_format="console", level="ERROR")
    try:
        app()
    except CommandError as why:
        stderr_console().print(with_command_name(str(why)), style="red", markup=False)
        sys.exit(why.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader closed the pipe. Without this, the interpreter would report an error when it flushes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get("TILSAGN_TRACEBACK"):
            raise
        from deploy.cli.failures import explain  # noqa: PLC0415

        stderr_console().print(with_command_name(explain(error)), style="red", markup=False)
        sys.exit(FAILED)
