"""The `.tilsagn/` folder: what the local run keeps between starts, and the lock that allows one run at a time.

    .tilsagn/
      format           version of the layout
      lock             locked (flock) by the running launcher; the kernel releases it when the process ends
      running.json     address of the running launcher, for the `tilsagn` command
      secrets.json     passwords of the roles, the key that signs tokens, and the key of request fingerprints
      postgres/        the embedded PostgreSQL (deploy/local/postgres.py)
      broker.json      process id of the broker
      mail/            mails caught by the SMTP server, one .eml file each
      logs/
      demo/            the same layout again, for `tilsagn demo`: anybody can sign in there, so its data is separate

Folders have mode 0700 and files 0600. Only as root, the state folder itself has 0711: PostgreSQL then runs as an
unprivileged account, which must pass through the folder to its own data and cannot list or read anything else.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from deploy.local.files import lock, write_atomically
from deploy.services import roles
from shared.http.auth import new_private_jwk, public_jwks

FORMAT = "1"
DEMO = "demo"
"""The folder of the demo's state inside the state folder."""

_KEYS = ("token_private_key", "request_key")

_CHECKOUT = Path(__file__).parents[2]


class StateFailed(RuntimeError):
    """The state folder cannot be used; the message gives reason and remedy."""


class KeysLost(StateFailed):
    """The installation has data, and the keys that belong to them are gone. New ones are made only on request."""

    def __init__(self, path: Path, missing: str) -> None:
        super().__init__(
            f"the databases of this installation are there, but {missing}: put {path} back from a backup. Without "
            "one, start with `tilsagn up --new-keys` (or `tilsagn demo --new-keys`): then everybody signs in anew, "
            "printed QR codes have to be printed anew, and what phones received no answer to is refused when they send "
            "it again"
        )


class AlreadyRunning(StateFailed):
    """Another launcher uses this state folder."""

    def __init__(self, running: Running | None) -> None:
        where = f" at {running.url} (process {running.pid})" if running else ""
        super().__init__(f"Tilsagn is running already{where}: use that one, or stop it with Ctrl-C first")
        self.running = running


@dataclass(frozen=True)
class Running:
    """Addresses of a running launcher."""

    pid: int
    url: str
    """the public origin, without a trailing slash"""
    internal_url: str
    """the internal origin, for /internal"""
    postgres_port: int
    bootstrap_servers: str
    smtp_port: int
    demo_mode: bool
    mail_token: str = ""
    """opens `/mail`, for this run"""


@dataclass(frozen=True)
class Secrets:
    """The secrets of this installation. Generated once, stored in one 0600 file, never printed."""

    passwords: dict[str, str] = field(repr=False)
    """password by role"""
    token_private_key: str = field(repr=False)
    """Ed25519 key as JWK JSON text; only the events service gets it"""
    request_key: str = field(repr=False)
    """key of the request fingerprints in pledges; only that service gets it"""

    @property
    def token_jwks(self) -> str:
        """The public key as the JSON text of a JWK set, which every service uses to verify tokens."""
        return public_jwks(self.token_private_key)


def default_folder() -> Path:
    """Return `TILSAGN_STATE` if it is set, else `.tilsagn/` in the checkout."""
    return Path(os.environ.get("TILSAGN_STATE") or _CHECKOUT / ".tilsagn").absolute()


class State:
    """The state folder. The constructor changes nothing; `hold` creates the folder and takes the lock."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or default_folder()).absolute()
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.hold()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def postgres(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.folder / "postgres"

    @property
    def broker_record(self) -> Path:
        """The file with the broker's process id."""
        return self.folder / "broker.json"

    @property
    def mail(self) -> Path:
        """The folder of caught mails."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.folder / "logs"

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def hold(self) -> None:
        """Create missing folders and take the lock, until `release` or the end of this process.

        Raises:
            AlreadyRunning: another launcher holds the lock.
            StateFailed: the folder belongs to another user, or was made by a newer version.
        """
        self._make_folders()
        try:
            self._lock = lock(self.folder / "lock", patience=2)
        except BlockingIOError:
            raise AlreadyRunning(self.running()) from None
        # Left by a killed launcher and its unfinished writes.
        (self.folder / "running.json").unlink(missing_ok=True)
        for leftover in self.folder.glob(".*.new"):
            leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            (self.folder / "running.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def announce(self, running: Running) -> None:
        """Store the addresses of the launcher."""
        write_atomically(self.folder / "running.json", json.dumps(running.__dict__))

    def running(self) -> Running | None:
        """Return the addresses of the launcher that holds the lock, or None."""
        try:
            with (self.folder / "lock").open("rb") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return Running(**json.loads((self.folder / "running.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return None

    @property
    def used(self) -> bool:
        """Whether there is an installation in the folder, running or not."""
        return (self.folder / "secrets.json").exists() or self.has_databases

    @property
    def has_databases(self) -> bool:
        """Whether PostgreSQL was started on the folder."""
        return any((self.postgres / name).exists() for name in ("port", "cluster", "location"))

    def secrets(self, *, new_keys: bool = False) -> Secrets:
        """Return the installation's secrets; those of a new installation are generated and stored.

        Missing passwords are generated at any time: the next start sets them in PostgreSQL.

        Args:
            new_keys: generate missing keys even if there are databases.

        Raises:
            KeysLost: keys are missing, and there are databases.
            StateFailed: the file cannot be read.
        """
        path = self.folder / "secrets.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            passwords = dict(kept.get("passwords", {}))
        except FileNotFoundError:
            kept, passwords = {}, {}
        except (OSError, ValueError, AttributeError) as error:
            raise StateFailed(
                f"{path} cannot be read ({error}): put it back from a backup, or delete it and start with "
                "`tilsagn up --new-keys`: then everybody signs in anew, and what was received before is refused when "
                "it is sent again"
            ) from error
        if self.has_databases and not new_keys:
            if not kept:
                raise KeysLost(path, f"its keys ({path.name}) are gone")
            if missing := [name for name in _KEYS if not kept.get(name)]:
                raise KeysLost(path, f"{path.name} lacks {' and '.join(missing)}")
        for role in roles():
            passwords.setdefault(role, secrets.token_urlsafe(32))
        key = kept.get("token_private_key") or new_private_jwk()
        request_key = kept.get("request_key") or secrets.token_urlsafe(32)
        whole = {"passwords": passwords, "token_private_key": key, "request_key": request_key}
        if whole != kept:
            write_atomically(path, json.dumps(whole, indent=2) + "\n")
        return Secrets(passwords, key, request_key)

    def _make_folders(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StateFailed(f"the folder for Tilsagn's data cannot be made: {error}") from error
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            raise StateFailed(
                f"{self.folder} belongs to {_name(owner)} and you are {_name(os.geteuid())}: "
                f"start as {_name(owner)}, or choose another folder with TILSAGN_STATE"
            )
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        stamp = self.folder / "format"
        if not stamp.exists():
            write_atomically(stamp, f"{FORMAT}\n")
        found = stamp.read_text(encoding="utf-8").strip()
        if found != FORMAT:
            raise StateFailed(
                f"{self.folder} was made by another version of Tilsagn (format {found}, this one knows "
                f"{FORMAT}): start it with that version, or choose another folder with TILSAGN_STATE"
            )
        for folder in (self.mail, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        for log in self.logs.iterdir():
            log.chmod(0o600)  # made by an earlier version with other permissions
        # Perhaps put back from a backup with other permissions. One that cannot be changed is reported when it is read.
        with suppress(OSError):
            (self.folder / "secrets.json").chmod(0o600)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
