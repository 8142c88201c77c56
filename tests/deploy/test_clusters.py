"""The PostgreSQL servers of the tests are independent copies of one cluster."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.clusters import embedded_postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tilsagn-clusters-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.mark.processes
async def test_copies_of_a_cluster_are_independent(folder: Path) -> None:
    template = folder / "template"
    first = embedded_postgres(folder / "first", template=template)
    created = (template / "cluster" / "PG_VERSION").stat()
    embedded_postgres(folder / "second", template=template)
    assert (template / "cluster" / "PG_VERSION").stat() == created, "the template is created once"
    with first:
        conn = await asyncpg.connect(first.superuser_dsn())
        try:
            await conn.execute("create database apart strategy file_copy")
            await conn.execute("checkpoint")
        finally:
            await conn.close()
    assert _databases_in(folder / "second") == _databases_in(template)
    assert len(_databases_in(folder / "first") - _databases_in(template)) == 1


def _databases_in(folder: Path) -> set[str]:
    """Return the object ids of the databases of a cluster: each has a folder in `base`."""
    return {database.name for database in (folder / "cluster" / "base").iterdir() if database.name.isdigit()}


def test_a_template_of_another_user_is_not_used(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    template = folder / "template"
    embedded_postgres(folder / "first", template=template)
    os.chown(template, 12345, 12345)
    embedded_postgres(folder / "second", template=template)
    assert not (folder / "second").exists(), "its cluster is initialised when it starts"
