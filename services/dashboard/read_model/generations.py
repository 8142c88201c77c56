"""Which generation of the read model is served."""

from __future__ import annotations

from typing import Final

SERVED: Final = "(select generation from generations where state = 'serving')"
"""SQL: the number of the generation that pages read."""
