"""The generated Caddyfile, and the behaviour of Caddy where it is installed."""

from __future__ import annotations

import base64
import hashlib
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
from shared.http import connections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.processes

CADDY = shutil.which("caddy")
API = tuple(f"/api/{service}/v1/{what}" for service in SERVICES for what in ("openapi.json", "token"))


def test_plain_http_refuses_programs_and_redirects_pages() -> None:
    """Says the same of the file itself, for the gateway's program is not everywhere."""
    written = render()
    assert "auto_https disable_redirects" in written
    plain = written.partition("http:// {\n")[2].partition("\n}\n")[0]
    assert plain.index("@programs path /api /api/*") < plain.index("handle @programs {") < plain.index("handle {")
    refusal = plain.partition("handle @programs {")[2].partition("}\n\t}")[0]
    problem = json.loads(re.findall(r"respond `(.*)` 403", plain)[0])
    assert (problem["type"], problem["status"]) == ("/problems/https-only", 403)
    assert "redir" not in refusal.partition("handle {")[0]
    assert written.count("redir ") == 1


def test_private_paths_are_handled_first() -> None:
    """A `respond` of its own would come after every `handle`, and the last of those takes whatever is left."""
    handled = re.findall(r"^\thandle (@\w+) \{", render().partition("{$SITE_ADDRESS")[2], re.MULTILINE)
    assert handled[0] == "@private"
    assert handled[-1] == "@rest"
    assert "\trespond @" not in render()


def test_the_gateway_limits_heads_as_the_services_do() -> None:
    options = render().partition("servers {")[2].partition("http:// {")[0]
    assert connections.LARGEST_HEAD == 32 * 1024
    assert "max_header_size 32KiB" in options
    assert f"read_header {connections.HEAD_SECONDS:.0f}s" in options


def test_the_gateway_leaves_responses_as_the_services_sent_them() -> None:
    """Caddy's `encode` changes ETags, which we use for If-Match, and compresses requests from other sites (BREACH)."""
    assert not re.search(r"^\s*encode\b", render(), re.MULTILINE)


def test_the_unavailable_response_is_a_page_for_people_and_json_for_programs() -> None:
    """Its style is the only thing that the page's policy lets in, and a backquote would end it."""
    away = render().partition("handle_errors {")[2]
    problem, page = re.findall(r"respond `([^`]*)` 503", away)
    assert json.loads(problem)["status"] == 503
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>")
    style = page.partition("<style>")[2].partition("</style>")[0]
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}'" in away
    assert "src=" not in page
    assert "href=" not in page


class _Behind(BaseHTTPRequestHandler):
    """A service behind the gateway, which returns the client address it sees."""

    def do_GET(self) -> None:
        body = json.dumps({"from": self.headers.get_all("x-forwarded-for")}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Refuse a body by its announced length, and read what still comes, as the services do."""
        self.send_response(413)
        self.send_header("content-length", "0")
        self.end_headers()
        self.wfile.flush()
        while self.rfile.read1(1 << 20):
            pass

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def behind() -> Iterator[ThreadingHTTPServer]:
    """One server that replaces all services."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def gateway(tmp_path: Path, behind: ThreadingHTTPServer) -> Iterator[tuple[int, int]]:
    """Caddy with our Caddyfile on free ports in front of `behind`: its http and https port."""
    if CADDY is None:
        # No package manager of ours has it; what the file says is held by the other tests of this file everywhere.
        pytest.skip("Caddy is not installed here: the file is read, and not run")
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
    """A client for https, as soon as Caddy has created its certificate."""
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


def test_without_tls_a_program_is_refused_and_a_person_is_redirected(gateway: tuple[int, int]) -> None:
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


def test_a_forged_forwarded_for_header_is_replaced(gateway: tuple[int, int]) -> None:
    with _over_tls(gateway) as http:
        answer = http.get("/pledges/new", headers={"x-forwarded-for": "203.0.113.9"})
        assert answer.status_code == 200
        assert answer.json()["from"] in (["127.0.0.1"], ["::1"])


def test_private_paths_are_not_found(gateway: tuple[int, int]) -> None:
    with _over_tls(gateway) as http:
        for path in ("/internal", "/internal/pledges/v1/x", "/metrics", "/livez", "/readyz", "/%69nternal/x"):
            assert http.get(path).status_code == 404, path
        for path in ("/", "/internally", "/api/pledges/v1/pledges", "/board/struer"):
            assert http.get(path).status_code == 200, path


def test_error_responses_of_services_are_passed_through(gateway: tuple[int, int]) -> None:
    with _over_tls(gateway) as http:
        answer = http.post("/pledges/import", content=bytes(17 * 1024 * 1024), timeout=20)
    assert (answer.status_code, answer.text) == (413, "")
    assert "retry-after" not in answer.headers


def test_an_unavailable_service_gets_the_unavailable_response(
    gateway: tuple[int, int], behind: ThreadingHTTPServer
) -> None:
    with _over_tls(gateway) as http:
        behind.shutdown()
        behind.server_close()
        page = http.post("/pledges/new", data={"positions": "3"}, timeout=20)
        response = http.get("/api/pledges/v1/pledges", timeout=20)
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert page.headers["retry-after"] == "5"
    assert page.headers["cache-control"] == "no-store"
    assert "Tilsagn er her igen om lidt" in page.text
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
    assert response.json()["type"] == "/problems/unavailable"
