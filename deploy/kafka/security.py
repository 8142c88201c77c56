"""Settings for a Kafka node with TLS, SASL/SCRAM users and ACLs that deny by default.

These are the settings that docs/operations.md recommends, so the tests run on the recommended configuration.
Controllers authenticate each other by certificate, because SCRAM users are not available there at start-up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.certificates import Authority
from deploy.local.ports import LOOPBACK
from shared.messaging.access import MECHANISM, KafkaAccess

CERTIFICATE: Final = "kafka"
ADMINISTRATOR: Final = "tilsagn-admin"


@dataclass(frozen=True)
class Security:
    """Certificates and administrator password of a secured node.

    Attributes:
        folder: written by `python -m deploy.certificates`, with a certificate named `kafka`.
        password: password of the administrator, a super user that the brokers also use among themselves.
    """

    folder: Path
    password: str = field(repr=False)

    @classmethod
    def new(cls, folder: Path, password: str) -> Security:
        """Create an authority and a certificate for the loopback address in `folder`."""
        authority = Authority.new()
        authority.write(folder)
        authority.issue(CERTIFICATE, folder, hosts=(LOOPBACK,))
        return cls(folder, password)

    def settings(self) -> dict[str, str]:
        """Return the Kafka settings, without the listeners."""
        login = f'required username="{ADMINISTRATOR}" password="{self.password}";'
        return {
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": MECHANISM,
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
                f"org.apache.kafka.common.security.scram.ScramLoginModule {login}"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / f"{CERTIFICATE}.both.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.folder / "ca.pem"),
            "listener.name.controller.ssl.client.auth": "required",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{ADMINISTRATOR};User:CN={CERTIFICATE}",
        }

    def scram_credentials(self) -> str:
        """Return the argument of `kafka-storage format --add-scram` that creates the administrator."""
        return f"{MECHANISM}=[name={ADMINISTRATOR},password={self.password}]"

    def access(self, servers: str, *, username: str = ADMINISTRATOR, password: str = "") -> KafkaAccess:
        """Return how a client connects, as the administrator unless another user is given."""
        return KafkaAccess(servers, "SASL_SSL", username, password or self.password, str(self.folder / "ca.pem"))
