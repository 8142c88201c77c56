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

_Response = TypeVar("_Response")
_FINDINGS, _ERASED = TypeAdapter(Findings), TypeAdapter(ErasureResult)
_LEDGER, _DEADLINES = TypeAdapter(list[LedgerLine]), TypeAdapter(list[Deadline])


class ServiceUnavailable(Exception):
    """A service is unreachable, too slow, or sent an error. It may have carried out the request."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class OtherServicesClient:
    """An HTTP client of the other services, used as an async context manager.

    A request takes 10 s at most. It raises `ServiceUnavailable` if it fails.
    """

    def __init__(self, settings: EventsSettings) -> None:
        self._key = settings.token_private_key
        self._urls = {
            "pledges": settings.pledges_url,
            "notifications": settings.notifications_url,
            "dashboard": settings.dashboard_url,
        }
        # The token is sent neither to a proxy from the environment nor to a redirect target.
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
        """Return what a service holds about a person. The service logs the access."""
        return await self._request(service, "POST", "subjects/find", _FINDINGS, body=request)

    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult:
        """Send an erasure order to a service. Idempotent."""
        return await self._request(service, "POST", "subjects/erase", _ERASED, body=order)

    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]:
        """Return the latest lines of a service's ledger of erasures."""
        return await self._request(service, "GET", "erasures", _LEDGER, params={"taskforce": str(taskforce_id)})

    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]:
        """Return the rows of a service that are past their deadline for deletion."""
        params = {"taskforce": str(taskforce_id), "language": language}
        return await self._request(service, "GET", "deadlines", _DEADLINES, params=params)

    async def _request(
        self,
        service: str,
        method: str,
        path: str,
        response_type: TypeAdapter[_Response],
        *,
        params: dict[str, str] | None = None,
        body: BaseModel | None = None,
    ) -> _Response:
        token = sign_token(self._key.get_secret_value(), _SERVICE, lifetime_seconds=_TOKEN_SECONDS)
        request: dict[str, Any] = {"params": params, "headers": {"authorization": f"Bearer {token}"}}
        if body is not None:
            request |= {"content": body.model_dump_json()}
            request["headers"]["content-type"] = "application/json"
        try:
            response = await self._client.request(
                method, f"{self._urls[service]}/internal/{service}/v1/{path}", **request
            )
        except Exception as error:
            # httpx raises other errors than documented (see services/notifications/notices/addresses.py).
            raise ServiceUnavailable(service) from error
        if response.status_code != httpx.codes.OK:
            raise ServiceUnavailable(service)
        try:
            return response_type.validate_json(response.content)
        except ValidationError:
            # Not chained: the response may hold a name.
            raise ServiceUnavailable(service) from None
