"""The services' registers of personal data, where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.privacy.data_inventory import FILE, DataInventory, read_service_inventory

_ROOT: Final = Path(__file__).parents[2]


def file_of(service: str) -> Path:
    """A service's own part of its register."""
    return _ROOT / "services" / service / FILE


def data_inventory_of(service: str) -> DataInventory:
    """Everything that is said of a service's database."""
    return read_service_inventory(file_of(service))
