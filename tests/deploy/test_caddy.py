"""The gateway's file: what it says of plain HTTP, and what Caddy itself makes of it where it is installed."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from deploy.gateway.__main__ import render
from deploy.local import ports
from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CADDY = shutil.which("caddy")
API = tuple(f"/api/{service}/v1/{what}" for service in SERVICES for what in ("openapi.json", "token"))


def test_plain_http_is_refused_to_programs_and_leads_only_pages_on() -> None:
    """Says the same of the file itself, for the gateway's program is not everywhere."""
    written = render()
    assert "auto_https disable_redirects" in written
    plain = written.partition("http:// {\n")[2].partition("\n}\n")[0]
    assert plain.index("@programs path /api /api/*") < plain.index("handle @programs {") < plain.index("handle {")
    refusal = plain.partition("handle @programs {")[2].partition("}\n\t}")[0]
    said = json.loads(re.findall(r"respond `(.*)` 403", plain)[0])
    assert (said["type"], said["status"]) == ("/problems/https-only", 403)
    assert "redir" not in refusal.partition("handle {")[0]
    assert written.count("redir ") == 1


def test_what_is_private_is_handled_before_anything_else_is() -> None:
    """A `respond` of its own would come after every `handle`, and the last of those takes whatever is left."""
    handled = re.findall(r"^\thandle (@\w+) \{", render().partition("{$SITE_ADDRESS")[2], re.MULTILINE)
    assert handled[0] == "@private"
    assert handled[-1] == "@rest"
    assert "\trespond @" not in render()


class _Behind(BaseHTTPRequestHandler):
    """A service behind the gateway, which says from whom it has heard."""

    def do_GET(self) -> None:
        body = json.dumps({"from": self.headers.get_all("x-forwarded-for")}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Caddy with our file, on free ports, before one program that stands for all services: its two ports."""
    if CADDY is None:
        # No package manager of ours has it; what the file says is held by the other tests of this file everywhere.
        pytest.skip("Caddy is not installed here: the file is read, and not run")
    behind = ThreadingHTTPServer(("127.0.0.1", 0), _Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    plain, tls = ports.any_free(), ports.any_free()
    here = f"admin off\n\thttp_port {plain}\n\thttps_port {tls}\n\tskip_install_trust\n\tstorage file_system {tmp_path}"
    file = tmp_path / "Caddyfile"
    text = re.sub(r"\w+-app:8000", f"127.0.0.1:{behind.server_port}", render())
    file.write_text(text.replace("auto_https disable_redirects", f"auto_https disable_redirects\n\t{here}"))
    with (tmp_path / "log").open("w") as log:
        caddy = subprocess.Popen(
            [CADDY, "run", "--adapter", "caddyfile", "--config", str(file)],
            stdout=log,
            stderr=log,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )
        try:
            _wait_for(tls, caddy)
            _wait_for(plain, caddy)
            yield plain, tls
        finally:
            caddy.terminate()
            caddy.wait(10)
            behind.shutdown()


def _wait_for(port: int, caddy: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert caddy.poll() is None
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens on {port}")


@contextmanager
def _over_tls(gateway: tuple[int, int]) -> Iterator[httpx.Client]:
    """Asks by https, once Caddy has made itself a certificate."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with httpx.Client(base_url=f"https://localhost:{gateway[1]}", verify=trusting) as http:
        for _ in range(50):
            try:
                http.get("/")
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield http


def test_a_program_without_tls_is_told_so_and_a_person_is_led_on(gateway: tuple[int, int]) -> None:
    plain, _tls = gateway
    with httpx.Client(base_url=f"http://localhost:{plain}", headers={"authorization": "Bearer secret"}) as http:
        for path in ("/api", *API):
            for method in ("GET", "POST"):
                answer = http.request(method, path)
                assert answer.status_code == 403, path
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"] == "/problems/https-only"
                assert "location" not in answer.headers
        for path in ("/", "/pledges/new?event=1", "/sign-in", "/apiary"):
            answer = http.get(path)
            assert (answer.status_code, answer.headers["location"]) == (308, f"https://localhost{path}")


def test_nobody_says_for_themselves_from_where_they_come(gateway: tuple[int, int]) -> None:
    with _over_tls(gateway) as http:
        answer = http.get("/pledges/new", headers={"x-forwarded-for": "203.0.113.9"})
        assert answer.status_code == 200
        assert answer.json()["from"] in (["127.0.0.1"], ["::1"])


def test_what_is_private_stays_behind_it(gateway: tuple[int, int]) -> None:
    with _over_tls(gateway) as http:
        for path in ("/internal", "/internal/pledges/v1/x", "/metrics", "/livez", "/readyz", "/%69nternal/x"):
            assert http.get(path).status_code == 404, path
        for path in ("/", "/internally", "/api/pledges/v1/pledges", "/board/struer"):
            assert http.get(path).status_code == 200, path
