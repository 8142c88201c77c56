"""The `tilsagn` command: run everything on this machine, bring data in, look at figures, and operate.

One file for what belongs together; `app` holds the commands' names, options and help, and calls them. A command
never shows a traceback: what it cannot do it says in one sentence, with what to do about it.

Exit codes: 0 done, 1 something is wrong or could not be done, 2 wrong use, 3 no running installation.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command with the process's arguments and end the process with its exit code."""
    from deploy.cli.app import app  # noqa: PLC0415  (a program that imports this package wants no command line)
    from deploy.cli.console import FAILED, Refusal, as_typed, notes  # noqa: PLC0415
    from shared.logging import configure_logging  # noqa: PLC0415

    # What the libraries have to say is not what a command was asked for.
    configure_logging(log_format="console", level="ERROR")
    try:
        app()
    except Refusal as why:
        notes().print(as_typed(str(why)), style="red", markup=False)
        sys.exit(why.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has heard enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get("TILSAGN_TRACEBACK"):
            raise
        from deploy.cli.failures import explain  # noqa: PLC0415

        notes().print(as_typed(explain(error)), style="red", markup=False)
        sys.exit(FAILED)
