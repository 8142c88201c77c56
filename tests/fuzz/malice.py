"""A guest with a valid pass who means harm: what they try, drawn from a seed."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import httpx

from shared.http.auth import COOKIE
from tests.fuzz.tally import Asked, Finding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from tests.fuzz.installation import World

REFERENCES: Final = ("1", "2", "k-1", "2026-17")
"""Of lines of a file that a coordinator will import: a guest may guess them."""
LURES: Final = ("https://evil.example/login", "evil.example", "ring@evil.example", "+45 20 30 40 50")
"""What no mail may hold."""
_PLEDGES: Final = "/api/pledges/v1/pledges"
_STREAMS: Final = ("/api/dashboard/v1/stream", "/board/{slug}/stream", "/events/{event}/stream")
_ADDRESS: Final = "198.51.100.7"
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 431})


def _status(response: httpx.Response | None) -> int | None:
    return None if response is None else response.status_code


@dataclass(frozen=True, slots=True)
class Logged:
    """A pledge that was accepted from the guest."""

    id: str
    positions: int
    counted: bool
    pledged_on: str


@dataclass
class Victims:
    """What the guest wants to harm.

    Attributes:
        pledge: the body of a member's pledge, whose id the guest has seen.
        key: the idempotency key that a member will use next.
        id: a random id that a member will use next; the guest has read it over their shoulder.
        emails: addresses of people who have nothing to do with the event.
    """

    pledge: dict[str, Any]
    key: str
    id: str
    emails: tuple[str, ...]


@dataclass
class Guest:
    """The guest, and what became of each attempt.

    Attributes:
        flood: how many requests a flood sends at once.
    """

    world: World
    http: httpx.AsyncClient
    seed: int
    victims: Victims
    flood: int = 200
    logged: list[Logged] = field(default_factory=list)
    mailed: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.event = self.world.ours.ids["event open"]
        self.token = self.world.token("event_pass")
        self.acts: Mapping[str, Callable[[], AsyncIterator[Asked | Finding]]] = {
            "times": self._times,
            "positions": self._positions,
            "ids": self._ids,
            "mails": self._mails,
            "streams": self._streams,
            "headers": self._headers,
            "others' things": self._others,
            "passes": self._passes,
            "a flood": self._flood,
            "the form": self._form,
            "the session's renewal": self._renewal,
        }

    # --- what is sent

    def pledge(self, **changes: Any) -> dict[str, Any]:
        """Return the body of a pledge that is honest but for the changes."""
        return {
            "id": self._random_id(),
            "company": {"name": f"Firma {self.rng.randrange(10**6)}"},
            "contact": {"name": "Bo", "phone": "20 30 40 50"},
            "job_type": "smaajob",
            "positions": 1,
            "weekly_hours": {"from": 5, "to": 10},
            "captured_at": datetime.now(UTC).isoformat(),
            "captured_by": "phone",
        } | changes

    def _random_id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    async def _log(
        self, body: dict[str, Any], *, key: str | None = None, token: str | None = None
    ) -> tuple[int | None, dict[str, Any]]:
        """Send a pledge. Return the status and, where it was accepted, the answer."""
        headers = {"authorization": f"Bearer {token or self.token}", "x-forwarded-for": _ADDRESS}
        headers["idempotency-key"] = key or str(body["id"])
        response = await self.http.post(self.world.topology.url(_PLEDGES), json=body, headers=headers)
        if response.status_code != 201:
            return response.status_code, {}
        answer: dict[str, Any] = response.json()
        counted = answer["review"] in {None, "accepted"}
        one = Logged(answer["id"], answer["positions"], counted, answer["pledged_on"])
        if one not in self.logged:
            self.logged.append(one)
        return 201, answer

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """Send any request as the guest; None without an answer."""
        headers = {"authorization": f"Bearer {self.token}", "x-forwarded-for": _ADDRESS} | more.pop("headers", {})
        with suppress(httpx.TransportError):
            return await self.http.request(method, self.world.topology.url(path), headers=headers, **more)
        return None

    @staticmethod
    def _judged(operation: str, status: int | None, allowed: frozenset[int], what: object) -> list[Asked | Finding]:
        found: list[Asked | Finding] = [Asked(operation, status)]
        if status not in allowed:
            found.append(Finding(operation, "answer", f"{status}: {what!r}"))
        return found

    # --- the attempts

    async def _times(self) -> AsyncIterator[Asked | Finding]:
        now = datetime.now(UTC)
        moment = self.rng.choice(
            [
                "1970-01-01T00:00:00Z",
                "2012-12-01T18:00:00Z",
                "9999-12-31T23:59:59Z",
                "0001-01-01T00:00:00+14:00",
                "20261201",
                "2026-02-30T10:00:00Z",
                "yesterday",
                0,
                None,
                (now - timedelta(days=self.rng.randrange(2, 4000))).isoformat(),
                (now + timedelta(days=self.rng.randrange(2, 4000))).isoformat(),
                (now + timedelta(hours=self.rng.randrange(-20, 20))).isoformat(),
            ]
        )
        body = self.pledge(captured_at=moment, captured_by=self.rng.choice(["phone", "web", "paper", "import", "api"]))
        status, answer = await self._log(body)
        for one in self._judged("a pledge's time", status, frozenset({201, *_REFUSED}), body):
            yield one
        near = {(now + timedelta(days=days)).date().isoformat() for days in (-1, 0, 1)}
        if answer and answer["review"] is None and answer["pledged_on"] not in near:
            yield Finding("a pledge's time", "counts_outside_the_event", f"{body!r}: {answer!r}")

    async def _positions(self) -> AsyncIterator[Asked | Finding]:
        positions = self.rng.choice([0, -1, 26, 50, 51, 10**9, 1.5, "1e1", "１", "1_0", None, self.rng.randint(1, 50)])
        body = self.pledge(positions=positions)
        status, answer = await self._log(body)
        for one in self._judged("a pledge's positions", status, frozenset({201, *_REFUSED}), body):
            yield one
        if answer and answer["positions"] > 25 and answer["review"] is None:
            yield Finding("a pledge's positions", "counts", f"{body!r}")

    async def _ids(self) -> AsyncIterator[Asked | Finding]:
        taskforce = self.world.ours.id
        reference = self.rng.choice(REFERENCES)
        computed = [
            *map(str, self.world.ours.ids.values()),
            str(uuid5(taskforce, f"pledge import, reference: {reference}")),
            str(UUID(int=0)),
            str(UUID(int=2**128 - 1)),
        ]
        body = self.pledge(id=self.rng.choice(computed))
        status, _ = await self._log(body)
        for one in self._judged("a computed id", status, _REFUSED, body):
            yield one
        body = self.pledge(id=self.victims.pledge["id"])
        status, _ = await self._log(body)
        # Under a key of their own that they used before, it is refused for that.
        for one in self._judged("a member's id", status, frozenset({409, 422, 429}), body):
            yield one
        key = self.rng.choice([self.victims.key, self.victims.id, self.victims.pledge["id"], "order-17"])
        status, _ = await self._log(self.pledge(), key=key)
        # Their own second use of it is refused.
        for one in self._judged("a member's key", status, frozenset({201, 422, 429}), key):
            yield one
        path = f"{_PLEDGES}/{self.victims.pledge['id']}"
        response = await self._request("GET", path)
        for one in self._judged("a member's pledge", _status(response), frozenset({404, 429}), path):
            yield one

    async def _mails(self) -> AsyncIterator[Asked | Finding]:
        lure = self.rng.choice(LURES)
        body = self.pledge(
            company={"name": self.rng.choice([f"Du har vundet: {lure}", lure, f"Firma\r\nBcc: {lure}", "A" * 200])},
            contact={
                "name": self.rng.choice(["Eva", f"Se {lure}", '"a@evil.example" <b@evil.example>', "Eva, Bo"]),
                "email": self.rng.choice([*self.victims.emails, "eva@x.example\nBcc: y@evil.example"]),
            },
        )
        status, _ = await self._log(body)
        self.mailed += status == 201
        for one in self._judged("a mail", status, frozenset({201, *_REFUSED}), body):
            yield one

    async def _streams(self) -> AsyncIterator[Asked | Finding]:
        path = self.rng.choice(_STREAMS).format(slug=self.world.ours.slug, event=self.event)
        opened = await asyncio.gather(*(self._open_stream(path) for _ in range(max(4, self.flood // 4))))
        for status, may_retry in opened:
            allowed = frozenset({200, *_REFUSED, *({503} if may_retry else ())})
            for one in self._judged("a stream", status, allowed, path):
                yield one

    async def _open_stream(self, path: str) -> tuple[int | None, bool]:
        """Hold a stream for a moment. Return its status, and whether it says when to try again."""
        headers = {"x-forwarded-for": _ADDRESS, "accept": "text/event-stream"}
        headers |= self.rng.choice([{}, {"authorization": f"Bearer {self.token}"}])
        with suppress(httpx.TransportError):
            async with self.http.stream("GET", self.world.topology.url(path), headers=headers) as response:
                await asyncio.sleep(0.05)
                return response.status_code, "retry-after" in response.headers
        return 429, True

    async def _headers(self) -> AsyncIterator[Asked | Finding]:
        odd = self.rng.choice(
            [
                {"referer": "http://["},
                {"x-forwarded-for": "\u00ff, ::1, garbage"},
                {"x-forwarded-host": "evil.example", "host": "evil.example"},
                {"authorization": "Basic Og=="},
                {"authorization": "Bearer"},
                {"accept-language": "da;q=x," * 500},
                {"cookie": "a=" + "b" * 6000},
                {"cookie": f"{COOKIE}=\u00ff"},
                {"x-long": "x" * 40_000},
                {"if-match": '"1", *, W/"x'},
                {"idempotency-key": "010190-1234"},
                {"content-type": "application/json; charset=utf-7"},
                {"accept": "text/html;q=nan"},
                {"content-length": "-1"},
            ]
        )
        headers = {name.encode(): value.encode("latin-1", "replace") for name, value in odd.items()}
        method, path = self.rng.choice([("GET", "/pledges/new"), ("POST", _PLEDGES), ("POST", "/pledges/new")])
        try:
            response = await self.http.request(
                method,
                self.world.topology.url(path),
                headers=[*headers.items(), *([] if b"cookie" in headers else [(b"cookie", self._cookie())])],
                content=b"{" if method == "POST" else None,
            )
        except httpx.HTTPError:
            return  # the connection was closed, or such a request cannot be sent
        status = response.status_code
        for one in self._judged(f"odd headers: {method} {path}", status, frozenset({200, 303, 307, *_REFUSED}), odd):
            yield one

    def _cookie(self) -> bytes:
        return f"{COOKIE}={self.token}".encode()

    async def _others(self) -> AsyncIterator[Asked | Finding]:
        ours, theirs = self.world.ours.ids, self.world.theirs.ids
        for event in (ours["event closed"], ours["event draft"], theirs["event open"], UUID(int=1)):
            status, _ = await self._log(self.pledge(event_id=str(event)))
            for one in self._judged("another event", status, frozenset({403, 422, 429}), event):
                yield one
        ids = {"pledge": self.rng.choice([ours, theirs])["pledge 1"], "event": self.event, "hire": ours["hire"]}
        method, path, body = self.rng.choice(
            [
                ("GET", _PLEDGES, None),
                ("GET", "/api/pledges/v1/hires", None),
                ("POST", "/api/pledges/v1/hires", {"pledge_id": str(ids["pledge"])}),
                ("POST", f"{_PLEDGES}/{ids['pledge']}/review", {"decision": "rejected"}),
                ("POST", "/pledges/reviews", None),
                ("POST", "/pledges/import", None),
                ("GET", "/queue", None),
                ("GET", f"/pledges/{ids['pledge']}", None),
                ("POST", f"/api/events/v1/events/{ids['event']}/close", {}),
                ("POST", f"/api/events/v1/events/{ids['event']}/passes", {}),
                ("POST", f"/api/events/v1/events/{ids['event']}/check-ins", {"company_id": str(ours["company 1"])}),
                ("POST", "/api/events/v1/companies", {"id": self._random_id(), "name": "x"}),
                ("GET", "/api/dashboard/v1/figures", None),
            ]
        )
        response = await self._request(method, path, json=body)
        for one in self._judged(f"{method} {path}", _status(response), _REFUSED, body):
            yield one

    async def _passes(self) -> AsyncIterator[Asked | Finding]:
        topology, ours = self.world.topology, self.world.ours
        good: dict[str, Any] = {"taskforce_id": ours.id, "event_id": self.event, "pass_generation": 1}
        token = self.rng.choice(
            [
                topology.token("event_pass", subject="pass:x", **good | {"pass_generation": 0}),
                topology.token("event_pass", subject="pass:x", **good | {"event_id": ours.ids["event cancelled"]}),
                topology.token("event_pass", subject="pass:x", **good | {"event_id": None}),
                topology.token("event_pass", subject="pass:x", **good, lifetime_seconds=1, seconds_ago=60),
                self.token[:-6] + "AAAAAA",
                "x.y.z",
            ]
        )
        status, _ = await self._log(self.pledge(), token=token)
        for one in self._judged("a pass that does not hold", status, frozenset({401, 403, 429}), token):
            yield one

    async def _flood(self) -> AsyncIterator[Asked | Finding]:
        bodies = [self.pledge(positions=self.rng.randint(1, 25)) for _ in range(self.flood)]
        for status, _ in await asyncio.gather(*(self._log(body) for body in bodies)):
            for one in self._judged("a flood", status, frozenset({201, 429}), len(bodies)):
                yield one

    async def _form(self) -> AsyncIterator[Asked | Finding]:
        form = {
            "id": self.rng.choice([self._random_id(), "x", self.victims.pledge["id"], "' or 1=1 --"]),
            "event_id": self.rng.choice([str(self.event), str(self.world.theirs.ids["event open"]), "x"]),
            "company.name": self.rng.choice(["Firma", "<script>alert(1)</script>", "\u202eamriF", ""]),
            "contact.name": "Bo",
            "contact.phone": "20 30 40 50",
            "positions": self.rng.choice(["1", "99", "x"]),
            "hours": "10",
            "captured_at": "2012-12-01T18:00:00Z",
        }
        headers = {"accept": "text/html", "sec-fetch-site": self.rng.choice(["same-origin", "cross-site"])}
        response = await self._request("POST", "/pledges/new", data=form, headers=headers)
        status = _status(response)
        for one in self._judged("the form", status, frozenset({303, *_REFUSED}), form):
            yield one
        if status == 303 and response is not None:
            received = response.headers["location"].rpartition("=")[2]
            answer = await self._request("GET", f"{_PLEDGES}/{received}")
            if answer is not None and answer.status_code == 200:
                one_logged = answer.json()
                counted = one_logged["review"] is None
                found = Logged(received, one_logged["positions"], counted, one_logged["pledged_on"])
                if found not in self.logged:
                    self.logged.append(found)

    async def _renewal(self) -> AsyncIterator[Asked | Finding]:
        headers = {"cookie": f"{COOKIE}={self.token}", "accept": "text/html"}
        url = self.world.topology.url("/session/renew?next=/pledges/new")
        response = await self.http.get(url, headers=headers)
        for one in self._judged("GET /session/renew", response.status_code, frozenset({307, 429}), url):
            yield one
        if any(cookie.startswith(f"{COOKIE}=") for cookie in response.headers.get_list("set-cookie")):
            yield Finding("GET /session/renew", "takes_the_pass", str(response.headers))
