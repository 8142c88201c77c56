"""The eight processes of docker-compose.yml, on loopback, with the commands and environments written there.

Variables (`${NAME}`, `${NAME:-default}`, `${NAME:?message}`) are substituted as compose does; only addresses, ports
and secrets have other values. PostgreSQL is the embedded one, the broker the embedded one or Apache Kafka
(tests/support/brokers.py), and mail goes to a real SMTP server that keeps it.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import yaml
from aiosmtpd.controller import Controller

from deploy import secrets
from deploy.access import __main__ as access
from deploy.kafka.security import Security
from deploy.local import ports
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import spawn
from deploy.postgres.provision import dsn_of
from deploy.services import SERVICES, database
from shared.http import auth
from shared.http.auth import Principal, sign_token
from shared.product.roles import Role
from shared.product.routes import service_for
from tests.faults.links import KAFKA, to_app
from tests.support import brokers
from tests.support.clusters import embedded_postgres
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import EmailMessage
    from uuid import UUID

    from tests.faults.links import Links

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
RAISED_LIMITS: Final[Mapping[str, str]] = MappingProxyType({"RATE_LIMITS_TIMES": "10000"})
"""Variables for tests that send thousands of requests for one account."""
started = 0
"""How many deployments this process has started; the tests' budget counts them."""
PROCESSES = tuple(f"{service}-{kind}" for service in SERVICES for kind in ("app", "worker"))

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<rule>:-|:\?)(?P<word>[^}]*))?\})")


@cache
def compose_services() -> dict[str, Any]:
    """The services of docker-compose.yml, with anchors resolved and variables not substituted."""
    services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return services


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Substitute variables as compose does. Raises KeyError for a missing one that has no default."""

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        if found["rule"] == ":-":
            return str(found["word"])
        raise KeyError(name)

    return _VARIABLE.sub(value, text)


class MailServer:
    """A real SMTP server on loopback that keeps every mail it has accepted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = ports.any_free()
        self._controller: Controller | None = None

    async def handle_DATA(  # noqa: N802  (the name aiosmtpd calls)
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Accept a mail (called by aiosmtpd)."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)
        return "250 OK"

    def start(self) -> None:
        """Listen, on the same port every time."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on; accepted mails are kept."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@dataclass
class Process:
    """One of the eight processes."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health_port: int
    log: Path
    folder: Path = ROOT
    """its working directory, which holds its code"""
    child: subprocess.Popen[bytes] | None = None
    killed: int = 0
    """how often `kill` has ended it"""

    def start(self, *, under: Sequence[str] = (), environment: Mapping[str, str] = MappingProxyType({})) -> None:
        """Start the process; `ready` tells when it is ready. It ends with this process and does not receive the
        terminal's Ctrl-C.

        Args:
            under: a module with its arguments that runs instead and receives the process's module and arguments.
            environment: additional variables for this start.
        """
        python, dash_m, *module = self.command
        self.child = spawn(
            [python, dash_m, *under, *module],
            log=self.log,
            death_signal=signal.SIGKILL,
            environment=self.environment | dict(environment),
            folder=self.folder,
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal if the process still runs."""
        if self.child is not None:
            self.child.send_signal(number)

    def kill(self) -> None:
        """Send SIGKILL, like a power failure."""
        assert self.child is not None
        assert self.child.poll() is None, f"{self.name} was not running"
        self.child.kill()
        self.child.wait(10)
        assert self.child.returncode == -signal.SIGKILL
        self.killed += 1

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL after 8 s. A paused process is resumed to receive it."""
        if self.child is None or self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGCONT)
        self.child.terminate()
        try:
            self.child.wait(8)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait(5)

    def ready(self) -> bool:
        """Whether its `/readyz` answers 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Topology:
    """A deployment. Use `topology()`."""

    def __init__(
        self,
        folder: Path,
        *,
        links: Links | None = None,
        disk: Path | None = None,
        nodes: int = 1,
        code: Path = ROOT,
        variables: Mapping[str, str] = MappingProxyType({}),
        secured: bool = False,
    ) -> None:
        """Nothing is started yet.

        Args:
            folder: the folder for all files.
            links: proxies between the processes; None connects them directly.
            disk: the folder of PostgreSQL's data, if not in `folder`.
            nodes: the number of Apache Kafka nodes.
            code: the source tree of the services; everything else comes from the checkout.
            variables: additional compose variables.
            secured: Kafka (Apache Kafka only) uses TLS, logins and ACLs.
        """
        self.folder = folder
        self.code = code
        self.links = links
        self.disk = disk
        if disk is None:
            self.postgres = embedded_postgres(folder / "postgres")
        else:
            self.postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
            (folder / "postgres").mkdir(mode=0o700)
            (folder / "postgres" / "location").write_text(f"{disk}\n")
        self.secrets = secrets.make()
        security = None
        if secured:
            self.secrets |= access.make() | {"KAFKA_CA_FILE": str(folder / "tls" / "ca.pem")}
            (folder / "tls").mkdir()
            security = Security.new(folder / "tls", self.secrets["KAFKA_PASSWORD"])
        self.broker = brokers.new_broker(
            folder, advertised_port=links[KAFKA].port if links else None, nodes=nodes, security=security
        )
        self.mail = MailServer()
        self.variables: dict[str, str] = {}
        self._more_variables = dict(variables)
        self.processes: dict[str, Process] = {}

    # --- life

    def start_infrastructure(self) -> None:
        """Start PostgreSQL, broker and mail server; then run compose's one-off jobs."""
        self.postgres.start()
        self.broker.start()
        self.mail.start()
        self.variables = self._variables()
        if self.links is not None:
            self.links.connect(self.variables)
        brokers.start(self.broker)  # compose's job would give three brokers one replica of each topic
        jobs = ["topics", *(f"{service}-migrate" for service in SERVICES)]
        with ThreadPoolExecutor(len(jobs)) as together:  # as compose runs them
            for _ in together.map(self._do, jobs):
                pass
        if "KAFKA_PASSWORD" in self.secrets:
            self._do("access")  # after the topics, which the ACLs name

    def _do(self, job: str) -> None:
        command, environment = self.job(job)
        done = subprocess.run(
            command,
            env=environment,
            cwd=self.code,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{job}: {done.stdout}{done.stderr}"

    def start_processes(self) -> None:
        """Start the eight processes at once."""
        global started  # noqa: PLW0603  (one count for a process)
        started += 1
        for name in PROCESSES:
            command, environment = self._of_compose(name, self.links.of(name) if self.links else {})
            service, _, kind = name.partition("-")
            port = self.variables[f"{service.upper()}_{'PORT' if kind == 'app' else 'HEALTH_PORT'}"]
            log = self.folder / f"{name}.log"
            self.processes[name] = Process(name, command, environment, int(port), log, self.code)
            self.processes[name].start()

    def wait_until_ready(self, *, seconds: float = PATIENCE_SECONDS) -> float:
        """Return how many seconds it took until all eight were ready; fail with the ends of their logs if they are
        not."""
        started = time.monotonic()
        waiting = dict(self.processes)
        while waiting:
            waiting = {name: process for name, process in waiting.items() if not process.ready()}
            ended = any(process.child is None or process.child.poll() is not None for process in waiting.values())
            if waiting and (ended or time.monotonic() - started > seconds):
                raise AssertionError("\n".join(self.log_tail(name) for name in waiting))
            time.sleep(0.05)
        return time.monotonic() - started

    def stop(self) -> None:
        """Stop everything."""
        for process in self.processes.values():
            if process.child is not None and process.child.poll() is None:
                process.child.terminate()
        for process in self.processes.values():
            process.stop()
        self.mail.stop()
        self.broker.kill()
        self.postgres.stop("immediate")
        self.postgres.erase()

    def log_tail(self, name: str) -> str:
        """Return the end of a process's log."""
        log = self.processes[name].log
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        return f"--- {name} is not ready; its log ends:\n{text[-3000:]}"

    def complaints(self) -> str:
        """Return the last warnings and errors in each process's log."""
        parts = []
        for name, process in self.processes.items():
            lines = (
                process.log.read_text(encoding="utf-8", errors="replace").splitlines() if process.log.exists() else []
            )
            worse = [line for line in lines if '"level": "info"' not in line and '"level": "debug"' not in line]
            parts += [f"--- {name}: {len(worse)} of {len(lines)} lines", *worse[-10:]]
        return "\n".join(parts)

    def replace_broker(self) -> None:
        """Kill the broker and start an empty one, as the local run's supervisor does."""
        brokers.lose_everything(self.broker)
        self.start_broker()

    def start_broker(self) -> None:
        """Start the broker with its topics after a kill; an embedded one is then empty."""
        brokers.start(self.broker)

    # --- addresses and credentials

    def url(self, path: str) -> str:
        """Return the URL of `path`, by the gateway's table of prefixes."""
        service = service_for(path.partition("?")[0])
        assert service is not None, path
        port = self.links[to_app(service)].port if self.links else self.variables[f"{service.upper()}_PORT"]
        return f"http://127.0.0.1:{port}{path}"

    def token(
        self,
        *roles: Role,
        taskforce_id: UUID,
        subject: str | None = None,
        lifetime_seconds: int = 3600,
        seconds_ago: int = 0,
        **principal: Any,
    ) -> str:
        """Return a bearer token that was signed with this installation's key `seconds_ago`."""
        who = Principal(subject or f"person:{taskforce_id}", frozenset(roles), taskforce_id, **principal)
        then = SimpleNamespace(time=lambda: time.time() - seconds_ago)
        with mock.patch.object(auth, "time", then):
            return sign_token(self.secrets["TOKEN_PRIVATE_KEY"], who, lifetime_seconds=lifetime_seconds)

    def superuser_dsn(self, service: str) -> str:
        """The DSN of a service's database as a superuser, to which no policy applies."""
        return self.postgres.superuser_dsn(database(service))

    def app_dsn(self, service: str) -> str:
        """The DSN of a service's database as its app role."""
        return self._dsn(service, "app")

    def subjects_dsn(self, service: str) -> str:
        """The DSN of a service's database as the role that may read all its personal data."""
        return self._dsn(service, "participants" if service == "pledges" else "app")

    def _dsn(self, service: str, role: str) -> str:
        return dsn_of(
            self.postgres.superuser_dsn(),
            database=database(service),
            user=f"tilsagn_{service}_{role}",
            password=self.secrets[f"{service}_{role}_PASSWORD".upper()],
        )

    def operator_environment(self) -> dict[str, str]:
        """The environment of the `tilsagn` command for this installation: that of the jobs and apps."""
        merged: dict[str, str] = {}
        for service in SERVICES:
            merged |= self._of_compose(f"{service}-migrate")[1] | self._of_compose(f"{service}-app")[1]
        own = compose_services()["operator"]["environment"]
        merged |= {name: interpolate(own[name], self.variables) for name in own if name.startswith("KAFKA_")}
        return merged | {"TILSAGN_URL": self.url("/").rstrip("/")}

    def job(self, name: str) -> tuple[list[str], dict[str, str]]:
        """Command, environment and working directory of one of compose's one-off jobs."""
        return self._of_compose(name)

    # --- from compose

    def _variables(self) -> dict[str, str]:
        address = re.sub(r"^.*@|/.*$", "", self.postgres.superuser_dsn().partition("://")[2])
        apps = {service: ports.any_free() for service in SERVICES}
        health = {service: ports.any_free() for service in SERVICES}
        superuser = self.postgres.superuser_dsn().partition("://")[2].partition("@")[0].partition(":")[2]
        return {
            **self.secrets,
            "POSTGRES_PASSWORD": superuser,
            "POSTGRES_ADDRESS": address,
            "KAFKA_ADDRESS": self.broker.bootstrap_servers,
            "KAFKA_FLAVOUR": brokers.FLAVOUR,
            "LISTEN_ADDRESS": "127.0.0.1",
            "PUBLIC_URL": "http://localhost:8080",
            **{f"{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in apps.items()},
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mail.port),
            "SMTP_STARTTLS": "false",
            "SENDER": "Tilsagn <tilsagn@localhost.example>",
            **{f"{service.upper()}_PORT": str(port) for service, port in apps.items()},
            **{f"{service.upper()}_HEALTH_PORT": str(port) for service, port in health.items()},
            **self._more_variables,
        }

    def _of_compose(
        self, name: str, differing: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[list[str], dict[str, str]]:
        service = compose_services()[name]
        variables = self.variables | dict(differing)
        command = [interpolate(word, variables) for word in service["command"]]
        assert command[0] == "python"
        environment = {key: interpolate(value, variables) for key, value in service["environment"].items()}
        return [sys.executable, *command[1:]], {"PATH": os.defpath, "PYTHONUNBUFFERED": "1"} | environment


@contextmanager
def topology(
    *,
    processes: bool = True,
    links: Links | None = None,
    disk: Path | None = None,
    nodes: int = 1,
    code: Path = ROOT,
    variables: Mapping[str, str] = MappingProxyType({}),
    secured: bool = False,
) -> Iterator[Topology]:
    """A deployment, ready; stopped and deleted at the end.

    Args:
        processes: False starts PostgreSQL, broker, mail server and jobs only.
        links, disk, nodes, code, variables, secured: as for `Topology`.
    """
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-topology-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as an unprivileged account, which must be able to enter the folder
    whole = Topology(folder, links=links, disk=disk, nodes=nodes, code=code, variables=variables, secured=secured)
    try:
        whole.start_infrastructure()
        if processes:
            whole.start_processes()
            whole.wait_until_ready()
        yield whole
    finally:
        whole.stop()
        shutil.rmtree(folder, ignore_errors=True)
