"""Locates and reads the data inventory of each service."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared.privacy.data_inventory import FILE, DataInventory, read_service_inventory

_ROOT: Final = Path(__file__).parents[2]


def file_of(service: str) -> Path:
    """Return the file with the service's own part of its data inventory."""
    return _ROOT / "services" / service / FILE


def data_inventory_of(service: str) -> DataInventory:
    """Return the data inventory of a service's database."""
    return read_service_inventory(file_of(service))
