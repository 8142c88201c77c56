"""Apache Kafka without Docker: the released server of Kafka 4, run from its jars on this machine's Java.

    artifacts   finds Java, resolves the jars with Maven once, and checks each against jars.sha256
    node        one KRaft node, broker and controller in one: start, stop, kill, pause, wipe
    setup       both of the above, once, and what Java learns by starting it
    security    TLS, names and passwords, and rights, for a node that is to have them
    cluster     one node or three in a temporary folder, gone with whoever started them

Needed for tests and measurements on the real broker, and for `make kafka`; nothing of it runs in production.
"""

from deploy.kafka.artifacts import KafkaMissing, Software
from deploy.kafka.cluster import KafkaCluster
from deploy.kafka.node import KafkaFailed, KafkaNode
from deploy.kafka.setup import software

__all__ = ["KafkaCluster", "KafkaFailed", "KafkaMissing", "KafkaNode", "Software", "software"]
