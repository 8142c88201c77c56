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


async def test_copies_of_a_cluster_are_independent(folder: Path) -> None:
    template = folder / "template"
    first = embedded_postgres(folder / "first", template=template)
    made = (template / "cluster" / "PG_VERSION").stat()
    second = embedded_postgres(folder / "second", template=template)
    assert (template / "cluster" / "PG_VERSION").stat() == made, "it is made once"
    with first, second:
        for server, count in ((first, 0), (second, 1)):
            conn = await asyncpg.connect(server.superuser_dsn())
            try:
                if server is first:
                    await conn.execute("create database apart")
                there = await conn.fetchval("select count(*) from pg_database where datname = 'apart'")
                assert there == 1 - count
            finally:
                await conn.close()


def test_a_template_of_somebody_else_is_not_used(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    template = folder / "template"
    embedded_postgres(folder / "first", template=template)
    os.chown(template, 12345, 12345)
    embedded_postgres(folder / "second", template=template)
    assert not (folder / "second").exists(), "its cluster is initialised when it starts"
