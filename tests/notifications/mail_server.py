"""A real SMTP server on loopback that keeps what it accepts; a test can make it refuse, hang or stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

    from aiosmtpd.smtp import Envelope, Session


@dataclass(frozen=True)
class Accepted:
    """A mail the server has answered 250 for."""

    recipient: str
    message: EmailMessage
    encrypted: bool
    user: str | None

    def text(self, kind: str = "plain") -> str:
        """The decoded body of that kind."""
        body = self.message.get_body((kind,))
        assert body is not None
        return cast(str, body.get_content())


@dataclass
class MailServer:
    """Used as an async context manager. Without instructions it accepts everything.

    Attributes:
        recipients: what to answer about a recipient; may be changed at any time.
        contents: what to answer to the next messages, one after the other.
        on_accept: called with every accepted mail before its 250 is sent.
    """

    tls: ssl.SSLContext | None = None
    credentials: tuple[str, str] | None = None
    smtputf8: bool = False
    recipients: dict[str, str] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    hang: asyncio.Event | None = None
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> MailServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after a `stop` on the same port as before."""
        self._server = await asyncio.get_running_loop().create_server(
            self._session, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            hostname="mail.example",
            tls_context=self.tls,
            require_starttls=self.tls is not None,
            authenticator=self._authenticate if self.credentials else None,
            auth_required=self.credentials is not None,
            enable_SMTPUTF8=self.smtputf8,
        )

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        assert self.credentials is not None
        good = (data.login.decode(), data.password.decode()) == self.credentials
        return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.contents:
            answer = self.contents.pop(0)
            if not answer.startswith("250"):
                return answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        if self.hang is not None:
            await self.hang.wait()
        self.accepted += [
            Accepted(recipient, message, encrypted=session.ssl is not None, user=session.auth_data)
            for recipient in envelope.rcpt_tos
        ]
        return "250 OK"
