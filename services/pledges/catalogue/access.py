"""Which part of the task catalogue each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.http.auth import Principal, require
from shared.http.policy import Resource

Editor = Annotated[Principal, Depends(require("coordinator", "admin"))]
"""Changes the task catalogue, and prints its card."""

TASK: Final = Resource("task")
