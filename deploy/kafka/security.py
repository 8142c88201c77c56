"""A Kafka that lets in over TLS, by name and password, and lets nobody do what no right names.

The settings are those that docs/operations.md tells an operator to give a cluster: the tests run on what is
recommended. Its controllers, where no name and password can be looked up yet, know one another by certificate.
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
    """What a secured node is given.

    Attributes:
        folder: of `python -m deploy.certificates`, with a certificate of `kafka`.
        password: the administrator's, who may do everything, and as whom the brokers ask one another.
    """

    folder: Path
    password: str = field(repr=False)

    @classmethod
    def new(cls, folder: Path, password: str) -> Security:
        """With an authority and a certificate for this machine's loopback address, made now in `folder`."""
        authority = Authority.new()
        authority.write(folder)
        authority.issue(CERTIFICATE, folder, hosts=(LOOPBACK,))
        return cls(folder, password)

    def settings(self) -> dict[str, str]:
        """Kafka's settings, but for where it listens."""
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

    def first_user(self) -> str:
        """What `kafka-storage format --add-scram` is told: without the administrator nobody could make the others."""
        return f"{MECHANISM}=[name={ADMINISTRATOR},password={self.password}]"

    def access(self, servers: str, *, username: str = ADMINISTRATOR, password: str = "") -> KafkaAccess:
        """How a client reaches it, as the administrator unless somebody else is named."""
        return KafkaAccess(servers, "SASL_SSL", username, password or self.password, str(self.folder / "ca.pem"))
