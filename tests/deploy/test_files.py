"""Atomic writes, and permissions along a path."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local.files import may_enter, may_read, open_privately, write_atomically


def test_write_atomically_replaces_content_and_permissions(tmp_path: Path) -> None:
    path = tmp_path / "æøå"
    before = os.umask(0o777)
    try:
        write_atomically(path, "første")
        write_atomically(path, b"\xff\x00", mode=0o640)
    finally:
        os.umask(before)
    assert path.read_bytes() == b"\xff\x00"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("existing", [True, False])
def test_a_private_file_is_its_owners_whatever_it_was_before(tmp_path: Path, existing: bool) -> None:
    path = tmp_path / "tilsagn.log"
    if existing:
        path.write_text("old\n")
        path.chmod(0o644)
    with open(path, "a", opener=open_privately) as log:
        log.write("new\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == ("old\nnew\n" if existing else "new\n")


def test_a_device_keeps_its_permissions() -> None:
    before = Path(os.devnull).stat().st_mode
    with open(os.devnull, "a", opener=open_privately):
        pass
    assert Path(os.devnull).stat().st_mode == before


def test_the_old_content_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    write_atomically(path, "old")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_may_enter_checks_every_folder_above(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    (inner / "file").write_text("")
    (inner / "file").chmod(0o644)
    stranger = 54321
    (tmp_path / "closed").chmod(0o700)
    assert not may_enter(inner, stranger, stranger)
    assert not may_read(inner / "file", stranger, stranger)
    owner = (tmp_path / "closed").stat()
    assert may_enter(tmp_path / "closed", owner.st_uid, owner.st_gid) or os.geteuid() != 0
