"""The `.tilsagn/` folder: everything the local run keeps between starts, and the lock that makes it one run.

    .tilsagn/
      format           the layout's version
      lock             held (flock) by the running launcher; the kernel lets go of it however that ends
      running.json     where the running launcher answers, for the `tilsagn` command
      secrets.json     role passwords, the key that signs tokens, and the one that seals what is kept of requests
      postgres/        the embedded PostgreSQL (deploy/local/postgres.py)
      broker.json      which process the broker is
      mail/            what the SMTP catcher caught, one .eml each
      logs/
      demo/            all of this again, for `tilsagn demo`: it lets anybody in, so it keeps its data apart

Folders are 0700 and files 0600. Only as root is the state folder itself 0711: the unprivileged account that
PostgreSQL then runs as has to pass through it to its own data, and can neither list it nor open anything else.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from deploy.local.files import lock, write_atomically
from deploy.services import roles
from shared.http.auth import new_private_jwk, public_jwks

FORMAT = "1"

_CHECKOUT = Path(__file__).parents[2]


class StateFailed(RuntimeError):
    """The state folder cannot be used; the message says why and what to do."""


class AlreadyRunning(StateFailed):
    """Another launcher runs on this state folder."""

    def __init__(self, running: Running | None) -> None:
        where = f" at {running.url} (process {running.pid})" if running else ""
        super().__init__(f"Tilsagn is running already{where}: use that one, or stop it with Ctrl-C first")
        self.running = running


@dataclass(frozen=True)
class Running:
    """Where a running launcher answers."""

    pid: int
    url: str
    """the public origin, without a slash"""
    internal_url: str
    """the private origin, for /internal"""
    postgres_port: int
    bootstrap_servers: str
    smtp_port: int
    demo_mode: bool


@dataclass(frozen=True)
class Secrets:
    """What only this installation knows. Made once, kept in one 0600 file, never printed."""

    passwords: dict[str, str] = field(repr=False)
    """role -> password"""
    token_private_key: str = field(repr=False)
    """Ed25519 key as JWK JSON text; the events service alone gets it"""
    request_key: str = field(repr=False)
    """seals what the pledges service recognises a repeated request by; it alone gets it"""

    @property
    def token_jwks(self) -> str:
        """The public half, as the JSON text of a JWK set: every service verifies with it."""
        return public_jwks(self.token_private_key)


def default_folder() -> Path:
    """`TILSAGN_STATE` where it is set, else `.tilsagn/` in the checkout."""
    return Path(os.environ.get("TILSAGN_STATE") or _CHECKOUT / ".tilsagn").absolute()


class State:
    """The state folder. Making one touches nothing; `hold` makes the folder and takes the lock."""

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
        """Folder of the embedded PostgreSQL."""
        return self.folder / "postgres"

    @property
    def broker_record(self) -> Path:
        """Which process the broker is."""
        return self.folder / "broker.json"

    @property
    def mail(self) -> Path:
        """Folder of caught mails."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        """Folder of logs."""
        return self.folder / "logs"

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def hold(self) -> None:
        """Make what is missing of the folder and take its lock, until `release` or this process ends.

        Raises:
            AlreadyRunning: another launcher holds the lock.
            StateFailed: the folder belongs to another user, or was made by a newer version.
        """
        self._make_folders()
        try:
            self._lock = lock(self.folder / "lock", patience=2)
        except BlockingIOError:
            raise AlreadyRunning(self.running()) from None
        # Left by a launcher that was killed, and by writes it had not finished.
        (self.folder / "running.json").unlink(missing_ok=True)
        for leftover in self.folder.glob(".*.new"):
            leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            (self.folder / "running.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def announce(self, running: Running) -> None:
        """Write down where the launcher answers."""
        write_atomically(self.folder / "running.json", json.dumps(running.__dict__))

    def running(self) -> Running | None:
        """Where the launcher that holds the lock answers, or None when none does (yet)."""
        try:
            with (self.folder / "lock").open("rb") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return Running(**json.loads((self.folder / "running.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return None

    def secrets(self) -> Secrets:
        """The installation's secrets; what is missing is made and kept.

        Raises:
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
                f"{path} cannot be read ({error}): put it back from a backup, or delete it: then everybody signs in "
                "anew, and what was received before is refused when it is sent again"
            ) from error
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


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
