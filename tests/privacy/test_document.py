"""docs/privacy.da.md matches the data inventories."""

from __future__ import annotations

import pytest

from deploy.privacy.data_inventories import data_inventory_of
from deploy.privacy.document import FILE, up_to_date
from deploy.services import SERVICES


def test_the_document_is_up_to_date() -> None:
    written = FILE.read_text(encoding="utf-8")
    assert written == up_to_date(written), "run `python -m deploy.privacy`"


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_with_personal_data_is_in_it(service: str) -> None:
    written = FILE.read_text(encoding="utf-8")
    for entry in data_inventory_of(service).personal:
        assert f"`{service}.{entry.table}` ({', '.join(entry.columns)})" in written
        assert entry.purpose in written


def test_a_document_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers"):
        up_to_date("# Nothing")
