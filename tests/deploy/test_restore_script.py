"""deploy/postgres/restore.sh copies a backup into place and overwrites nothing. (`make restore-drill` recovers one.)"""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.topology import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = ROOT / "deploy" / "postgres" / "restore.sh"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with one backup, of a cluster that was itself recovered to a target time."""
    backup = tmp_path / "archive" / "base" / "sunday"
    backup.mkdir(parents=True)
    (backup / "backup_label").write_text("START WAL LOCATION: 0/2000028\n")
    (backup / "postgresql.auto.conf").write_text("recovery_target_time = '2026-11-01 12:00:00+01'\n")
    (tmp_path / "cluster").mkdir(mode=0o755)
    return tmp_path / "archive"


def restore(archive: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    cluster = archive.parent / "cluster"
    return subprocess.run(
        ["sh", str(SCRIPT), *arguments],
        env={"PATH": os.defpath, "PGDATA": str(cluster), "ARCHIVE": str(archive)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_whole_archive_is_recovered_without_a_target_time(archive: Path) -> None:
    done = restore(archive, "sunday")
    assert done.returncode == 0, done.stderr
    cluster = archive.parent / "cluster"
    settings = (cluster / "postgresql.auto.conf").read_text().splitlines()
    # The last line of a name counts: the moment of an earlier recovery does not.
    assert [line for line in settings if line.startswith("recovery_target_time")][-1] == "recovery_target_time = ''"
    assert f"restore_command = 'gunzip -c {archive}/wal/%f.gz > %p'" in settings
    assert (cluster / "recovery.signal").exists()
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700


def test_a_target_time_can_be_set(archive: Path) -> None:
    done = restore(archive, "sunday", "2026-11-22 19:30:00+01")
    assert "what was committed by 2026-11-22 19:30:00+01" in done.stdout
    settings = (archive.parent / "cluster" / "postgresql.auto.conf").read_text()
    assert "recovery_target_time = '2026-11-22 19:30:00+01'" in settings


def test_an_existing_cluster_is_not_overwritten(archive: Path) -> None:
    (archive.parent / "cluster" / "PG_VERSION").write_text("17\n")
    refused = restore(archive, "sunday")
    assert refused.returncode == 1
    assert "is not empty: move what is in it away first" in refused.stderr
    assert not (archive.parent / "cluster" / "recovery.signal").exists()


def test_an_invalid_backup_is_refused(archive: Path) -> None:
    refused = restore(archive, "monday")
    assert refused.returncode == 1
    assert "is no base backup" in refused.stderr
    assert restore(archive).returncode != 0
