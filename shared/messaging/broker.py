"""Every setting of our Kafka clients, for both kinds of broker, with the reason.

The defaults of FastStream and aiokafka lose messages (acknowledge first, start at the latest offset, acks=1), so none
of them is used. The figures were measured; see the architecture notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer

from shared.messaging.access import client_options

if TYPE_CHECKING:
    from shared.settings import KafkaFlavour, ServiceSettings


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """The settings that differ between the kinds of broker. Times in milliseconds unless the name says seconds.

    Attributes:
        leaves_group: whether a consumer that stops sends LeaveGroup; otherwise the broker notices by the session
            timeout.
        rejects_offset_out_of_range: whether a fetch beyond the end of a log is an error; otherwise it returns nothing,
            for ever.
        stalled_seconds: a consumer that has fetched nothing for so long, although its lag is not known to be zero, is
            restarted.
    """

    session_timeout_ms: int
    heartbeat_interval_ms: int
    fetch_max_wait_ms: int
    batch_timeout_ms: int
    enable_idempotence: bool
    leaves_group: bool
    rejects_offset_out_of_range: bool
    stalled_seconds: float


BROKERS: dict[KafkaFlavour, BrokerSettings] = {
    # leaves_group: when the leader of a group leaves the embedded broker just after another member, the broker still
    # takes it for the leader, and the next member waits for ever (6 of 12 times; 0 of 12 when the leader only stops
    # sending, and the next member starts just as soon).
    # The embedded broker always sleeps the whole fetch wait, needs 1 s for a rejoin at this session timeout (18 s at
    # the usual 10 s), and fails under an idempotent producer. Cost of the fetch wait in an idle local run (broker and
    # launcher together, in hundredths of one core, over 30 s), and latency of a change (commit to dashboard row,
    # p50/p95 of 100 events, on two busy processors):
    #   12 partitions a topic: 20 ms 24-43, 38/102 ms;  50 ms 19, 31/55 ms;  100 ms 12, 42/103 ms
    #    3 partitions a topic: 20 ms 20,    35/154 ms;  50 ms 11, 26/47 ms;   30 ms 17, 24/46 ms
    #    4 partitions a topic:                     50 ms 15-17 (the latency was not measured again)
    # Most of the cost: the broker looks at every partition for every fetch (see deploy/local/topics.py). In a local run
    # consumers at the end of the log fetch only when something was published (see deploy/local/fetching.py).
    # Fewer heartbeats save nothing measurable.
    "embedded": BrokerSettings(
        1000,
        250,
        50,
        20,
        enable_idempotence=False,
        leaves_group=False,
        rejects_offset_out_of_range=False,
        stalled_seconds=10,
    ),
    "apache": BrokerSettings(
        10_000,
        3_000,
        500,
        20,
        enable_idempotence=True,
        leaves_group=True,
        rejects_offset_out_of_range=True,
        stalled_seconds=60,
    ),
}

REQUEST_TIMEOUT_MS = 5_000
# A client notices a replaced broker or a changed number of partitions after at most this time.
METADATA_MAX_AGE_MS = 30_000
MAX_POLL_INTERVAL_MS = 300_000
BATCH_RECORDS = 500
# A handler retries transient errors for this long before it hands the batch back; well below the poll interval.
HANDLER_DEADLINE_SECONDS = 60.0


def producer_for(settings: ServiceSettings, *, client_id: str) -> AIOKafkaProducer:
    """Return an unstarted producer that waits for every in-sync replica."""
    return AIOKafkaProducer(
        **client_options(settings.kafka),
        client_id=client_id,
        acks="all",
        enable_idempotence=BROKERS[settings.kafka_flavour].enable_idempotence,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=100,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        max_request_size=1_048_576,
        linger_ms=0,
    )


def subscriber_options(settings: ServiceSettings, group: str) -> dict[str, Any]:
    """Return the keyword arguments of a FastStream batch subscriber that loses nothing."""
    broker = BROKERS[settings.kafka_flavour]
    return {
        "group_id": group,
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": broker.fetch_max_wait_ms,
        "session_timeout_ms": broker.session_timeout_ms,
        "heartbeat_interval_ms": broker.heartbeat_interval_ms,
        "max_poll_interval_ms": MAX_POLL_INTERVAL_MS,
        "batch": True,
        "batch_timeout_ms": broker.batch_timeout_ms,
        "max_records": BATCH_RECORDS,
    }
