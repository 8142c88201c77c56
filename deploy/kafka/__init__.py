"""Apache Kafka 4 without Docker: runs the released server from its jars, on this machine's Java.

    artifacts   finds Java, resolves the jars with Maven once, and checks each against jars.sha256
    node        one KRaft node, broker and controller in one process: start, stop, kill, pause, wipe
    setup       prepares the jars and a class data archive for faster starts, once
    security    settings for TLS, SASL and ACLs
    cluster     one or three nodes in a temporary folder, which end with the process that started them

Tests and benchmarks on the real broker and `make kafka` use this package. It does not run in production.
"""

from deploy.kafka.artifacts import KafkaMissing, Software
from deploy.kafka.cluster import KafkaCluster
from deploy.kafka.node import KafkaFailed, KafkaNode
from deploy.kafka.setup import software

__all__ = ["KafkaCluster", "KafkaFailed", "KafkaMissing", "KafkaNode", "Software", "software"]
