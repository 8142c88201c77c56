"""Who sees the rules about hours, and who adds some. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.http.auth import Principal, require
from shared.http.policy import Resource

RuleReader = Annotated[Principal, Depends(require("caseworker", "facilitator", "coordinator", "admin"))]
"""Reads the rules."""
RULE_EDITORS: Final = ("coordinator", "admin")
RuleEditor = Annotated[Principal, Depends(require(*RULE_EDITORS))]
"""Adds rules, ends and withdraws them."""

HOUR_RULE: Final = Resource("hour rule")
