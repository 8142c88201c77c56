"""Asks the other services what they hold about somebody, and to erase it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.http.auth import Principal, sign_token
from shared.http.tls import trusted_authorities
from shared.privacy.subject_requests import Deadline, ErasureOrder, ErasureResult, Findings, LedgerLine, SubjectRequest

if TYPE_CHECKING:
    from types import TracebackType
    from uuid import UUID

    from services.events.settings import EventsSettings
    from shared.i18n.translations import Language

TIMEOUT_SECONDS: Final = 10.0
_TOKEN_SECONDS: Final = 60
_SERVICE: Final = Principal(subject="service:events", roles=frozenset({"service"}), taskforce_id=None)

_Answer = TypeVar("_Answer")
_FINDINGS, _ERASED = TypeAdapter(Findings), TypeAdapter(ErasureResult)
_LEDGER, _DEADLINES = TypeAdapter(list[LedgerLine]), TypeAdapter(list[Deadline])


class ServiceAway(Exception):
    """A service has not answered as agreed: it is away, too slow, or refuses us. It may have done what it was asked."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class Others:
    """The other services. Every question takes 10 s at most, and raises `ServiceAway`. An async context manager."""

    def __init__(self, settings: EventsSettings) -> None:
        self._key = settings.token_private_key
        self._urls = {
            "pledges": settings.pledges_url,
            "notifications": settings.notifications_url,
            "dashboard": settings.dashboard_url,
        }
        # Neither a proxy from the environment nor another host may come to see the token.
        self._client = httpx.AsyncClient(
            verify=trusted_authorities(), timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def find(self, service: str, inquiry: SubjectRequest) -> Findings:
        """Ask what a service holds about somebody; it writes down who has looked."""
        return await self._ask(service, "POST", "subjects/find", _FINDINGS, body=inquiry)

    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult:
        """Have a service erase what an order says. It may be asked again."""
        return await self._ask(service, "POST", "subjects/erase", _ERASED, body=order)

    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]:
        """Ask for the latest lines of a service's ledger of erasures."""
        return await self._ask(service, "GET", "erasures", _LEDGER, params={"taskforce": str(taskforce_id)})

    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]:
        """Ask what of a service's is past its deadline."""
        params = {"taskforce": str(taskforce_id), "language": language}
        return await self._ask(service, "GET", "deadlines", _DEADLINES, params=params)

    async def _ask(
        self,
        service: str,
        method: str,
        path: str,
        shape: TypeAdapter[_Answer],
        *,
        params: dict[str, str] | None = None,
        body: BaseModel | None = None,
    ) -> _Answer:
        token = sign_token(self._key.get_secret_value(), _SERVICE, lifetime_seconds=_TOKEN_SECONDS)
        request: dict[str, Any] = {"params": params, "headers": {"authorization": f"Bearer {token}"}}
        if body is not None:
            request |= {"content": body.model_dump_json()}
            request["headers"]["content-type"] = "application/json"
        try:
            answer = await self._client.request(
                method, f"{self._urls[service]}/internal/{service}/v1/{path}", **request
            )
        except Exception as error:
            # Not only what httpx says it raises (see services/notifications/notices/addresses.py).
            raise ServiceAway(service) from error
        if answer.status_code != httpx.codes.OK:
            raise ServiceAway(service)
        try:
            return shape.validate_json(answer.content)
        except ValidationError:
            # Not chained: the answer may hold a name.
            raise ServiceAway(service) from None
