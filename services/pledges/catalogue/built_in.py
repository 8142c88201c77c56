"""The tasks that every taskforce starts with, in their groups.

Codes are stored and published. Labels are English and are translated where they are shown (`_(label)`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal, get_args

from shared.i18n.translations import N_

Group = Literal["shop", "cleaning", "kitchen", "outdoors", "office", "other"]
GROUPS: Final = MappingProxyType(
    {
        "shop": N_("In the shop and the warehouse"),
        "cleaning": N_("Clean and tidy"),
        "kitchen": N_("Kitchen and canteen"),
        "outdoors": N_("Outdoors and around the house"),
        "office": N_("Office and events"),
        "other": N_("Other tasks"),
    }
)
"""Label by code, in the order in which they are shown."""
assert tuple(GROUPS) == get_args(Group)

BUILT_IN: Final[dict[Group, dict[str, str]]] = {
    "shop": {
        "shelf_stocking": N_("Stocking shelves"),
        "packing": N_("Packing"),
        "warehouse": N_("Warehouse and pallets"),
        "assembly": N_("Assembly"),
    },
    "cleaning": {
        "tidying": N_("Tidying up"),
        "light_cleaning": N_("Light cleaning"),
        "waste_sorting": N_("Sorting waste"),
        "vehicle_washing": N_("Washing cars and machines"),
    },
    "kitchen": {
        "dishwashing": N_("Washing up and kitchen help"),
        "canteen": N_("Canteen"),
    },
    "outdoors": {
        "green_areas": N_("Green areas"),
        "snow_clearing": N_("Clearing snow"),
        "caretaking": N_("Caretaker's tasks"),
    },
    "office": {
        "scanning": N_("Scanning and archiving"),
        "office": N_("Simple office work"),
        "event_help": N_("Help at events"),
    },
}
"""Labels by group and code."""

TASKS: Final = MappingProxyType({code: label for tasks in BUILT_IN.values() for code, label in tasks.items()})
"""Label by code."""
