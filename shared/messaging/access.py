"""How a broker is reached and who one says one is: the one place that turns settings into a client's arguments.

Two ways, and nothing between them: in the clear and as nobody, for the embedded broker and one machine, or over TLS
with a name and a password (SCRAM-SHA-512, which never sends the password itself). A password without TLS, or TLS that
does not check the certificate, cannot be asked for.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faststream.security import BaseSecurity

SecurityProtocol = Literal["PLAINTEXT", "SASL_SSL"]

MECHANISM: Final = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Where a broker is, and how it is to be talked to.

    Attributes:
        servers: `host:port`, comma separated.
        username, password: as whom; for SASL_SSL.
        ca_file: the certificates (PEM) of those whose word counts for the broker's; empty: those of the system.
    """

    servers: str
    protocol: SecurityProtocol = "PLAINTEXT"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError: half of what is needed is missing, or more is given than would be used."""
        given = bool(self.username) or bool(self.password)
        if self.protocol not in {"PLAINTEXT", "SASL_SSL"}:
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL is PLAINTEXT or SASL_SSL, not {self.protocol}")
        if self.protocol == "SASL_SSL" and not (self.username and self.password):
            raise ValueError("KAFKA_SECURITY_PROTOCOL is SASL_SSL: it needs KAFKA_USERNAME and KAFKA_PASSWORD")
        if self.protocol == "PLAINTEXT" and (given or self.ca_file):
            raise ValueError(
                "KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_CA_FILE are of no use in the clear: "
                "KAFKA_SECURITY_PROTOCOL has to be SASL_SSL"
            )

    def trust(self) -> ssl.SSLContext | None:
        """What a broker's certificate is checked against, read from its file now; None in the clear.

        Raises:
            ValueError: the file is not there, or holds no certificate.
        """
        if self.protocol == "PLAINTEXT":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as error:
            raise ValueError(f"KAFKA_CA_FILE: {self.ca_file} cannot be used ({error.strerror or error})") from None


Kafka = str | KafkaAccess
"""A broker; one that is only named (`host:port`, comma separated) is reached in the clear."""


def client_options(kafka: Kafka) -> dict[str, Any]:
    """Return the arguments by which any of aiokafka's clients reaches `kafka`.

    The file of certificates is read at each call: whoever connects anew has what is there by then.
    """
    access = KafkaAccess(kafka) if isinstance(kafka, str) else kafka
    options: dict[str, Any] = {"bootstrap_servers": access.servers.split(",")}
    if access.protocol == "SASL_SSL":
        options |= {
            "security_protocol": access.protocol,
            "ssl_context": access.trust(),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": access.username,
            "sasl_plain_password": access.password,
        }
    return options


def faststream_security(access: KafkaAccess) -> BaseSecurity | None:
    """Return the same in FastStream's words; None in the clear."""
    from faststream.security import SASLScram512  # noqa: PLC0415  (settings import this module, and need no broker)

    if access.protocol == "PLAINTEXT":
        return None
    return SASLScram512(access.username, access.password, ssl_context=access.trust(), use_ssl=True)


def access_from(environment: Mapping[str, str], *, prefix: str = "") -> KafkaAccess:
    """Return what an environment says, by the names that every service's settings have behind `prefix`.

    Raises:
        ValueError: it names no broker, or one by half.
    """

    def said(name: str) -> str:
        return environment.get(f"{prefix}KAFKA_{name}") or ""

    if not said("BOOTSTRAP_SERVERS"):
        raise ValueError(f"{prefix}KAFKA_BOOTSTRAP_SERVERS is not set")
    access = KafkaAccess(
        said("BOOTSTRAP_SERVERS"),
        said("SECURITY_PROTOCOL") or "PLAINTEXT",  # type: ignore[arg-type]  # looked at there
        said("USERNAME"),
        said("PASSWORD"),
        said("CA_FILE"),
    )
    access.trust()
    return access
