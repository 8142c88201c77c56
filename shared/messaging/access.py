"""How clients connect to the broker: turns settings into the arguments of a Kafka client.

There are two ways only: without TLS and without a login, for the embedded broker and a single machine; or over TLS with
a user name and a password (SCRAM-SHA-512, which never sends the password itself). A login without TLS, and TLS without
a check of the certificate, are not possible.
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
    """A broker's address and how to connect to it.

    Attributes:
        servers: `host:port`, comma separated.
        username, password: the login, for SASL_SSL.
        ca_file: PEM file of the authorities that sign the broker's certificate; empty: the system's.
    """

    servers: str
    protocol: SecurityProtocol = "PLAINTEXT"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError: something needed is missing, or something is given that would not be used."""
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

    def tls_context(self) -> ssl.SSLContext | None:
        """Return the TLS context that checks the broker's certificate, read from its file now; None without TLS.

        Raises:
            ValueError: the file does not exist, or has no certificate.
        """
        if self.protocol == "PLAINTEXT":
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as error:
            raise ValueError(f"KAFKA_CA_FILE: {self.ca_file} cannot be used ({error.strerror or error})") from None
        # Debian's Python leaves the minimum to the machine's OpenSSL configuration.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


Kafka = str | KafkaAccess
"""A broker. A plain string (`host:port`, comma separated) is connected to without TLS."""


def client_options(kafka: Kafka) -> dict[str, Any]:
    """Return the arguments with which an aiokafka client connects to `kafka`.

    The certificate file is read at each call, so a new connection uses the current file.
    """
    access = KafkaAccess(kafka) if isinstance(kafka, str) else kafka
    options: dict[str, Any] = {"bootstrap_servers": access.servers.split(",")}
    if access.protocol == "SASL_SSL":
        options |= {
            "security_protocol": access.protocol,
            "ssl_context": access.tls_context(),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": access.username,
            "sasl_plain_password": access.password,
        }
    return options


def faststream_security(access: KafkaAccess) -> BaseSecurity | None:
    """Return the TLS context and the login as FastStream's security object; None without TLS."""
    from faststream.security import SASLScram512  # noqa: PLC0415  (settings import this module, and need no broker)

    if access.protocol == "PLAINTEXT":
        return None
    return SASLScram512(access.username, access.password, ssl_context=access.tls_context(), use_ssl=True)


def access_from(environment: Mapping[str, str], *, prefix: str = "") -> KafkaAccess:
    """Return the access that an environment describes, with the names of `ServiceSettings` after `prefix`.

    Raises:
        ValueError: no broker is named, or the login is incomplete.
    """

    def setting(name: str) -> str:
        return environment.get(f"{prefix}KAFKA_{name}") or ""

    if not setting("BOOTSTRAP_SERVERS"):
        raise ValueError(f"{prefix}KAFKA_BOOTSTRAP_SERVERS is not set")
    access = KafkaAccess(
        setting("BOOTSTRAP_SERVERS"),
        setting("SECURITY_PROTOCOL") or "PLAINTEXT",  # type: ignore[arg-type]  # checked by `KafkaAccess`
        setting("USERNAME"),
        setting("PASSWORD"),
        setting("CA_FILE"),
    )
    access.tls_context()
    return access
