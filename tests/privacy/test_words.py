"""Every column in a person's report, and every table about citizens, has a label in both languages."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from shared.i18n.translations import use_language
from shared.privacy.data_inventory import read_data_inventory
from shared.privacy.words import column_word, where_text

if TYPE_CHECKING:
    from shared.i18n.translations import Language

_ROOT: Final = Path(__file__).resolve().parents[2]
_TOLD_OTHERWISE: Final = {"access_log", "hire_versions"}
"""The access log has its own headings, and the dashboard finds no hires by a person's terms."""


@pytest.mark.parametrize("service", ["events", "pledges", "notifications", "dashboard"])
def test_no_column_of_a_persons_data_is_shown_with_its_database_name(service: str) -> None:
    entries = read_data_inventory([_ROOT / "services" / service / "personal_data.toml"]).personal
    lookups = import_module(f"services.{service}.privacy.subjects").LOOKUPS
    context = {lookup.table: lookup.context_columns for lookup in lookups}
    for entry in entries:
        for column in () if entry.table in _TOLD_OTHERWISE else {*entry.columns, *context.get(entry.table, ())}:
            with use_language("en", service=service):
                english = column_word(column)
            with use_language("da", service=service):
                danish = column_word(column)
            assert column not in {english, danish}, f"{entry.table}.{column}"


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_table_about_citizens_is_shown_with_its_database_name(language: Language) -> None:
    entries = read_data_inventory([_ROOT / "services" / "pledges" / "personal_data.toml"]).personal
    tables = {entry.table for entry in entries if entry.table.startswith("participants.")}
    with use_language(language, service="events"):
        assert {table for table in tables if table in where_text("pledges", table)} == set()
        assert where_text("pledges", "pledges") == "pledges.pledges"
