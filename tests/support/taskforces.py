"""The taskforces of the tests: ours, whose tokens the fixture `token` signs, and another of the same installation."""

from __future__ import annotations

from typing import Final
from uuid import NAMESPACE_URL, uuid5

TASKFORCE: Final = uuid5(NAMESPACE_URL, "tilsagn:taskforce:struer")
OTHER_TASKFORCE: Final = uuid5(NAMESPACE_URL, "tilsagn:taskforce:elsewhere")
