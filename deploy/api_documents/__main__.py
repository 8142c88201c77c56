"""`python -m deploy.api_documents`: lints every service's OpenAPI document with Redocly. Exits with 1 if one is wrong.

The rules are in `lint.mjs`: the document and all its examples are valid, there are servers, and each tag is described.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deploy.authorisation import apps

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINTER: Final = Path(__file__).with_name("lint.mjs")


def lint(documents: Mapping[str, Any]) -> list[str]:
    """Return what the linter says of OpenAPI documents, by their names; nothing where all are right.

    Raises:
        RuntimeError: the linter did not run.
    """
    done = subprocess.run(  # noqa: S603 - our own script
        ["node", str(_LINTER)],  # noqa: S607 - of whoever runs this
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the linter did not run (is it installed? make setup):\n{done.stderr}")
    return done.stdout.splitlines()


def main() -> int:
    """Print what is wrong; return the exit code."""
    said = lint({service: app.openapi() for service, app in apps().items()})
    for line in said:
        print(line)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
