"""Requests to routes outside the OpenAPI documents: pages, forms, streams and internal routes, from the route
tables."""

from __future__ import annotations

import itertools
import json
import random
import re
from dataclasses import dataclass, field
from inspect import signature
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from shared.http import csrf
from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE
from shared.http.policy import ALL_TASKFORCES
from tests.fuzz.harvest import Harvest, parameters_of
from tests.fuzz.installation import FOREIGN, address_of
from tests.fuzz.tally import Asked, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.http.policy import Caller, Operation
    from tests.fuzz.installation import World

MARK: Final = "<fuzz x='\">"
"""Typed into fields; no page may contain it unescaped."""
WRITTEN: Final = frozenset({200, 201, 204, 303, 307, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429})
"""The allowed statuses of a page."""
_NASTY: Final = (
    *("", " ", "0", "-1", "1e309", "NaN", "9" * 40, "\0", "\u202eÆrø", "😀", "å" * 300),
    *("null", "[]", "%00", "%2e%2e%2f"),
    *("../../etc/passwd", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "' or 1=1 --", MARK),
    *("010190-1234", "2026-02-30", "2026-12-01", "31.12.2026", "9999-12-31", "0001-01-01", "20.30", "18:00"),
    *("a@example.dk", "97850000", "24256790", "0671", "da", "en", "xx", "true", "on", "1,5", "200", "{}"),
)
_PLAUSIBLE: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("name", "title", "place", "company"), ("Struer Trælast A/S", "Ærø & Søn", "Løkkens Kød")),
    **dict.fromkeys(("day", "start_date", "earliest_start", "as_of"), ("2026-12-01", "2027-01-31")),
    "starts": ("18:00",),
    "ends": ("21:30",),
    "phone": ("97850000",),
    "cvr": ("24256790", "1"),
    "industry": ("412000",),
    "municipality": ("0671", ""),
    "goal_positions": ("50", ""),
    "positions": ("1", "3"),
    "weekly_hours": ("10", "7,5"),
    "start": ("5",),
    "to": ("10",),
    "version": ("",),
    "next": ("/events", "/queue"),
    "code": ("ABCD-EFGH",),
}
"""Plausible values for fields by name."""
_MORE_OF_A_FILE: Final = (b"PK\x03\x04", b"\xef\xbb\xbfa;b\n1;2\n", b"")
_QUERIED: Final = ("lang", "next", "event", "page_token", "job_type", "as_of", "q", "page_size")
_CONTENT_TYPES: Final = (
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
    "x",
)
_ODD_HEADERS: Final = (
    *(("referer", value) for value in (b"http://[", b"//[", b"http://elsewhere.example/", b"\xff")),
    *(("host", value) for value in (b"[", b"elsewhere.example", b"a b", b"\xff")),
    *(("x-forwarded-for", value) for value in (b"garbage", b"[", b",,", b"::1%eth0", b"9" * 300, b"\xff")),
    *(("accept-language", value) for value in (b"\xff", b";;,,", b"da;q=x")),
    *(("x-correlation-id", value) for value in (b"[" * 36, b"\xff" * 36)),
    *(("if-match", value) for value in (b'"', b"\xff", b'"' + b"9" * 300 + b'"')),
    *(("accept-encoding", value) for value in (b"gzip;q=x", b"\xff", b"gzip, br, zstd")),
)
_PROXYS: Final = (b"Basic eDp5", b"basic", b"Negotiate YII=", b"Digest username=x", b"\xff")
"""What a proxy may say in `Authorization`: it is for nobody here."""
_ODD_PREFIXES: Final = ("//elsewhere.example", "/%5celsewhere.example", "/%09/elsewhere.example")
_ELSEWHERE: Final = re.compile(r"""(?:href|action|src)=["']?[/\\\x00-\x1f]{2}""")
"""A link that browsers read as one to another host."""
_KINDS: Final = ("form", "form", "form", "form", "files", "json", "raw")

_texts = st.sampled_from(_NASTY) | st.text(max_size=60)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_made_up = st.tuples(st.lists(_texts, min_size=16, max_size=16), _json, st.binary(max_size=200))


class Chance(random.Random):
    """The random choices of one request. They are generated first, because later choices depend on earlier answers.

    Attributes:
        json, junk: generated values.
        sane: whether the request is as a person would send it.
    """

    def __init__(self, seed: str, texts: Sequence[str], json: Any, junk: bytes) -> None:
        super().__init__(seed)
        self._texts = texts
        self.sane = self.random() < 0.5
        self.json, self.junk = json, junk

    def mostly(self) -> bool:
        """True in four of five cases; always in a sane request."""
        return self.random() < 0.8 or self.sane

    def seldom(self) -> bool:
        """True in one of ten cases; never in a sane request."""
        return self.random() < 0.1 and not self.sane

    def text(self) -> str:
        """Return a generated text."""
        return self.choice(self._texts)

    def uuid(self) -> str:
        """Return an unused id."""
        return str(UUID(int=self.getrandbits(128), version=4))


@dataclass
class Visitor:
    """Requests a service's pages, following links and forms of earlier answers.

    Args:
        operations: the service's operations outside its OpenAPI document.
        harvest: links and forms found by all callers so far, because forms of others are sent, too.
    """

    world: World
    service: str
    caller: Caller
    operations: Sequence[Operation]
    harvest: Harvest
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taskforces = (self.world.ours, self.world.theirs)
        self._ids = [(name, str(id)) for one in taskforces for name, id in one.ids.items()]
        self._known = {
            "slug": [one.slug for one in taskforces],
            "role": ["member", "admin"],
            "taskforce": [str(one.id) for one in taskforces],
        }

    def visit(self, http: httpx.Client, *, seed_: int, times: int) -> Iterator[Asked | Finding]:
        """Request each operation `times` times, and yield every answer and its findings."""
        # Pages first, because they lead to the rest.
        for number, operation in enumerate(sorted(self.operations, key=lambda one: one.method != "GET")):
            often = times if self.caller in operation.callers and operation.kind != "stream" else 2
            yield from self._often(http, operation, seed_ + number, often)

    def _often(self, http: httpx.Client, operation: Operation, seed_: int, times: int) -> list[Asked | Finding]:
        happened: list[Asked | Finding] = []
        numbers = itertools.count()

        @seed(seed_)
        @settings(
            max_examples=times,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(_made_up)
        def once(made_up: tuple[list[str], Any, bytes]) -> None:
            happened.extend(self._once(http, operation, Chance(f"{seed_} {next(numbers)}", *made_up)))

        once()
        return happened

    def _once(self, http: httpx.Client, operation: Operation, chance: Chance) -> list[Asked | Finding]:
        request = self._request(http, operation, chance)
        try:
            answer = http.send(request, stream=True)
            try:
                if answer.headers.get("content-type", "").startswith("text/event-stream"):
                    next(answer.iter_raw())
                    return [
                        Asked(operation.name, answer.status_code),
                        *self._wrong(operation, request, answer, text=""),
                    ]
                answer.read()
            finally:
                answer.close()
        except httpx.TransportError as error:
            return [Asked(operation.name, None), Finding(operation.name, "no_answer", f"{error!r}\n{_told(request)}")]
        self.harvest.reap(answer)
        self.cookies |= dict(answer.cookies.items())
        return [Asked(operation.name, answer.status_code), *self._wrong(operation, request, answer, text=answer.text)]

    # --- requests

    def _request(self, http: httpx.Client, operation: Operation, chance: Chance) -> httpx.Request:
        path = (chance.choice(_ODD_PREFIXES) if chance.seldom() else "") + self._path(operation, chance)
        query = self._query(operation, chance)
        headers = self._headers(chance)
        content = b""
        if operation.method not in {"GET", "HEAD"}:
            content, kind = self._body(operation, chance)
            headers["content-type"] = kind
        url = self.world.origin(self.service) + path + (f"?{query}" if query else "")
        # As bytes, because a client library encodes some values in its own way.
        raw = [(name.encode(), one if isinstance(one, bytes) else one.encode()) for name, one in headers.items()]
        return http.build_request(operation.method, url, headers=raw, content=content)

    def _path(self, operation: Operation, chance: Chance) -> str:
        seen = self.harvest.parameters.get(operation.path, [])
        values = dict(chance.choice(seen)) if seen and chance.mostly() else {}
        path = operation.path
        for name, kind in parameters_of(operation.path):
            if name not in values or chance.seldom():
                values[name] = self._value(name, chance, uuid=kind == "uuid")
            path = path.replace(f"{{{name}:{kind}}}" if kind else f"{{{name}}}", quote(values[name], safe="") or "%20")
        return path

    def _value(self, name: str, chance: Chance, *, uuid: bool = False) -> str:
        known = self._known.get(name) or [id for what, id in self._ids if what.startswith(name.removesuffix("_id"))]
        if not known and name.endswith("_id"):
            known = [id for _what, id in self._ids]
        if known and chance.mostly():
            return str(chance.choice(known))
        if uuid or chance.seldom():
            return chance.uuid()
        if chance.mostly():
            last = name.rpartition(".")[2]
            if last == "email":
                return f"{chance.getrandbits(40):x}@example.dk"
            if last in _PLAUSIBLE:
                return str(chance.choice(_PLAUSIBLE[last]))
        return chance.text()

    def _query(self, operation: Operation, chance: Chance) -> str:
        seen = self.harvest.queries.get(operation.path, [])
        pairs = list(chance.choice(seen)) if seen and chance.mostly() else []
        names = [*signature(operation.endpoint).parameters, *_QUERIED]
        if "taskforce" in operation.ids and chance.mostly():
            pairs.append(("taskforce", self._value("taskforce", chance)))
        for _ in range(chance.choice((0, 0, 1, 2))):
            name = chance.choice(names)
            pairs.append((name, self._value(name, chance)))
        return urlencode(pairs)

    def _headers(self, chance: Chance) -> dict[str, str | bytes]:
        headers: dict[str, str | bytes] = {
            "x-forwarded-for": address_of(chance.randrange(65536), 250),
            "accept": chance.choice(("text/html", "text/html", "*/*", "application/json")),
        }
        if chance.mostly():
            headers["sec-fetch-site"] = "same-origin"
        if chance.seldom() and not chance.sane:
            headers["hx-request"] = "true"
        cookies = dict(self.cookies) if chance.mostly() else {}
        for name in (COOKIE, SESSION_COOKIE, RENEWED_COOKIE):
            cookies.pop(name, None)
        if cookies and chance.seldom():
            cookies[chance.choice(sorted(cookies))] = quote(chance.text())
        if self.caller == "service" or (self.caller != "nobody" and chance.seldom()):
            headers["authorization"] = f"Bearer {self.world.token(self.caller)}"
        elif self.caller != "nobody":
            cookies |= self.world.cookies(self.caller)
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if csrf.COOKIE in cookies and chance.mostly():
            # As our forms contain it.
            headers[csrf.HEADER] = cookies[csrf.COOKIE]
        if "authorization" not in headers and chance.seldom():
            headers["authorization"] = chance.choice(_PROXYS)
        if chance.seldom():
            headers |= dict([chance.choice(_ODD_HEADERS)])
        return headers

    def _body(self, operation: Operation, chance: Chance) -> tuple[bytes, str]:
        kind = "form" if chance.sane else chance.choice(_KINDS)
        if chance.sane and "passkey" in operation.path:
            return b"{}", "application/json"
        if kind == "json":
            return json.dumps(chance.json).encode(), "application/json"
        if kind == "raw":
            return chance.junk, chance.choice(_CONTENT_TYPES)
        pairs, files = self._fields(operation, chance)
        if kind == "form" and not files:
            return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return _multipart(pairs, files), f"multipart/form-data; boundary={_BOUNDARY}"

    def _fields(self, operation: Operation, chance: Chance) -> tuple[list[tuple[str, str]], list[tuple[str, bytes]]]:
        pairs: list[tuple[str, str]] = []
        files: list[tuple[str, bytes]] = []
        forms = self.harvest.forms.get(operation.name, [])
        for one in chance.choice(forms) if forms else ():
            if one.is_file:
                some = (
                    b"" if chance.sane else chance.choice((b"PK\x03\x04", b"\xef\xbb\xbfa;b\n1;2\n", b"", chance.junk))
                )
                files.append((one.name, chance.choice(self.harvest.files) + some))
            elif chance.mostly():
                value = chance.choice(one.values) if chance.mostly() else ""
                pairs.append((one.name, value or self._value(one.name, chance)))
            elif chance.mostly():
                pairs.append((one.name, chance.text()))
        others = self.harvest.names() if not forms else []
        pairs += [(name, self._value(name, chance)) for name in others if chance.seldom()]
        if chance.seldom():
            pairs.append((chance.text(), chance.text()))
        return pairs, files

    # --- answers

    def _wrong(
        self, operation: Operation, request: httpx.Request, answer: httpx.Response, *, text: str
    ) -> Iterator[Finding]:
        for check, why in offences(operation, self.caller, answer, text):
            text_of_answer = f"{answer.status_code} {answer.headers.get('location', '')} {text[:300]}"
            yield Finding(operation.name, check, f"{why} (as {self.caller})\n{_told(request)}\n{text_of_answer}")


def offences(operation: Operation, caller: Caller, answer: httpx.Response, text: str) -> Iterator[tuple[str, str]]:
    status, headers = answer.status_code, answer.headers
    kind = headers.get("content-type", "")
    if status >= 500:
        yield "not_a_server_error", str(status)
    elif status not in WRITTEN:
        yield "unwritten_status", str(status)
    if caller not in operation.callers and status < 300:
        yield "open_to_others", f"{status} for {caller}"
    for name in ("content-security-policy", "x-content-type-options"):
        if name not in headers:
            yield "missing_header", name
    needed = {401: "www-authenticate", 405: "allow", 429: "retry-after", 303: "location", 307: "location"}
    if status in needed and needed[status] not in headers:
        yield "missing_header", f"{needed[status]} with {status}"
    location = headers.get("location", "/")
    if urlsplit(location).netloc or not location.startswith("/") or location.startswith(("//", "/\\")):
        yield "leads_elsewhere", location
    if kind.startswith("text/html") and _ELSEWHERE.search(text):
        yield "leads_elsewhere", "a link of the page"
    if status >= 400 and not kind.startswith(("application/problem+json", "text/html")):
        yield "no_problem", kind
    if kind.startswith("application/problem+json") and text and json.loads(text)["status"] != status:
        yield "no_problem", "another status"
    if kind.startswith("text/html") and MARK in text:
        yield "unescaped", MARK
    if FOREIGN in text and not _is_everybodys(operation, caller):
        yield "nothing_of_another_taskforce", FOREIGN


def _is_everybodys(operation: Operation, caller: Caller) -> bool:
    return any(thing.reached_by(caller) >= ALL_TASKFORCES for thing in operation.resources or ())


def _told(request: httpx.Request) -> str:
    kind = request.headers.get("content-type", "")
    return f"{request.method} {request.url.raw_path.decode()} {kind} {request.content[:800]!r}"


_CHALLENGE: Final = "POST /sign-in/passkey/options"
_BOUNDARY: Final = "fuzz-7f3a"


def _multipart(pairs: Sequence[tuple[str, str]], files: Sequence[tuple[str, bytes]]) -> bytes:
    def head(name: str, more: str = "") -> bytes:
        safe = quote(name, safe=" .[]")
        return f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{safe}"{more}\r\n'.encode()

    parts = [head(name) + b"\r\n" + value.encode() + b"\r\n" for name, value in pairs]
    parts += [
        head(name, '; filename="løfter.csv"') + b"content-type: text/csv\r\n\r\n" + content + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def knock_too_often(http: httpx.Client, world: World, *, max_requests: int = 200) -> Iterator[Asked | Finding]:
    """Request passkey challenges from one address until the rate limit answers, and check that answer."""
    address = address_of(random.Random(world.seed).randrange(65536), 251)
    url = world.origin("events") + "/sign-in/passkey/options"
    for _ in range(max_requests):
        headers = {"x-forwarded-for": address, "sec-fetch-site": "same-origin"}
        answer = http.post(url, json={}, headers=headers)
        yield Asked(_CHALLENGE, answer.status_code)
        if answer.status_code == 429:
            if not {"retry-after", "ratelimit", "ratelimit-policy"} <= answer.headers.keys():
                yield Finding(_CHALLENGE, "missing_header", str(answer.headers))
            return
    yield Finding(_CHALLENGE, "never_too_often", f"{max_requests} times from one address")
