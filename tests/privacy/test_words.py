"""What is told of a person has words for each of its columns, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from shared.i18n.translations import use_language
from shared.privacy.data_inventory import read_data_inventory
from shared.privacy.words import column_word

_ROOT: Final = Path(__file__).resolve().parents[2]
_TOLD_OTHERWISE: Final = {"access_log", "hires"}
"""The log is told as a table with headings of its own; of hires nothing is found by who somebody is."""


@pytest.mark.parametrize("service", ["events", "pledges", "notifications", "dashboard"])
def test_no_column_of_a_persons_data_is_told_by_the_name_it_has_in_the_database(service: str) -> None:
    entries = read_data_inventory([_ROOT / "services" / service / "personal_data.toml"]).personal
    for entry in entries:
        for column in () if entry.table in _TOLD_OTHERWISE else entry.columns:
            with use_language("en", service=service):
                english = column_word(column)
            with use_language("da", service=service):
                danish = column_word(column)
            assert column not in {english, danish}, f"{entry.table}.{column}"
