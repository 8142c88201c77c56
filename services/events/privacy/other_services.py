"""The HTTP client for subject requests to the other services."""

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


class ServiceUnavailable(Exception):
    """A service did not answer as agreed: unreachable, too slow, or an error. It may have carried out the request."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class OtherServicesClient:
    """The other services. A request takes 10 s at most and raises `ServiceUnavailable`. An async context manager."""

    def __init__(self, settings: EventsSettings) -> None:
        self._key = settings.token_private_key
        self._urls = {
            "pledges": settings.pledges_url,
            "notifications": settings.notifications_url,
            "dashboard": settings.dashboard_url,
        }
        # No proxy from the environment and no redirect target may see the token.
        self._client = httpx.AsyncClient(
            verify=trusted_authorities(), timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def find(self, service: str, request: SubjectRequest) -> Findings:
        """Ask what a service holds about a person. The service logs the access."""
        return await self._ask(service, "POST", "subjects/find", _FINDINGS, body=request)

    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult:
        """Send an erasure order to a service. May be repeated."""
        return await self._ask(service, "POST", "subjects/erase", _ERASED, body=order)

    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]:
        """Return the latest lines of a service's ledger of erasures."""
        return await self._ask(service, "GET", "erasures", _LEDGER, params={"taskforce": str(taskforce_id)})

    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]:
        """Return what is past its deadline in a service."""
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
            # httpx raises other errors than documented (see services/notifications/notices/addresses.py).
            raise ServiceUnavailable(service) from error
        if answer.status_code != httpx.codes.OK:
            raise ServiceUnavailable(service)
        try:
            return shape.validate_json(answer.content)
        except ValidationError:
            # Not chained: the response may hold a name.
            raise ServiceUnavailable(service) from None
