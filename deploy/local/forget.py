"""`python -m deploy.local.forget`: deletes an installation's data for good, wherever it is.

Deleting the state folder by hand is not enough if PostgreSQL keeps its data elsewhere (see
deploy/local/unprivileged.py). The command asks for confirmation unless `--yes` is given. `--demo` deletes the demo
alone; without it, the demo goes, too, because its folder is inside the other one.
"""

from __future__ import annotations

import shutil
import sys

from deploy.local.postgres import EmbeddedPostgres, PostgresFailed
from deploy.local.state import DEMO, State, StateFailed, default_folder


def forget(state: State) -> None:
    """Delete the state folder and everything in it.

    Raises:
        deploy.local.state.AlreadyRunning: the launcher or the demo runs; nothing of it is deleted.
        deploy.local.state.StateFailed, deploy.local.postgres.PostgresFailed: it belongs to another user.
    """
    demo = state.folder / DEMO
    if demo.exists():
        forget(State(demo))
    with state:
        if state.postgres.exists():
            EmbeddedPostgres(state.postgres).erase()
    shutil.rmtree(state.folder)


def main() -> int:
    """Run the command and return its exit code."""
    state = State(default_folder() / DEMO) if "--demo" in sys.argv[1:] else State()
    if not state.folder.exists():
        print(f"There is nothing in {state.folder}.")
        return 0
    if "--yes" not in sys.argv[1:]:
        print(f"All data in {state.folder} will be gone for good. Type `yes` to delete it: ", end="", flush=True)
        if sys.stdin.readline().strip() != "yes":
            print("Nothing was deleted.")
            return 1
    try:
        forget(state)
    except (StateFailed, PostgresFailed, OSError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print("Deleted.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
