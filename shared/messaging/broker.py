"""Every Kafka client setting, for both kinds of broker, in one place, with the reason.

FastStream's and aiokafka's defaults lose messages (acknowledge first, start at the latest, acks=1): none of
them is relied on. The figures were measured; see the architecture notes.
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
    """What differs between the kinds of broker. Times in milliseconds.

    `says_goodbye`: whether a consumer that stops leaves its group, or is missed after its session time.
    `admits_its_end`: whether a fetch beyond the end of a log is an error, or answered with nothing for ever.
    `stalled_seconds`: a consumer that has taken nothing for so long, and is not known to have taken everything, is
    attached anew.
    """

    session_timeout_ms: int
    heartbeat_interval_ms: int
    fetch_max_wait_ms: int
    batch_timeout_ms: int
    enable_idempotence: bool
    says_goodbye: bool
    admits_its_end: bool
    stalled_seconds: float


BROKERS: dict[KafkaFlavour, BrokerSettings] = {
    # When the leader of a group leaves the embedded broker just after another member, it is leader still: whoever comes
    # then waits for it for ever (6 of 12 times; of those who only went silent, 0 of 12, and the next one is at work
    # as soon).
    # The embedded broker sleeps the whole fetch wait, rejoins in 1 s at this session time (18 s at the usual
    # 10 s), and fails under an idempotent producer. What the fetch wait costs an idle local run (broker and launcher
    # together, in hundredths of one core, over 30 s) and a change (commit to dashboard row, p50/p95 of 100 events,
    # on two processors that others were using too):
    #   12 partitions a topic: 20 ms 24-43, 38/102 ms;  50 ms 19, 31/55 ms;  100 ms 12, 42/103 ms
    #    3 partitions a topic: 20 ms 20,    35/154 ms;  50 ms 11, 26/47 ms;   30 ms 17, 24/46 ms
    #    4 partitions a topic:                     50 ms 15-17 (the latency was not measured again)
    # Most of it is the broker's work of looking at every partition for every fetch (see deploy/local/topics.py). In a
    # local run consumers at the end of the log fetch only when something was published (see deploy/local/fetching.py).
    # Heartbeats half as often save nothing that can be measured.
    "embedded": BrokerSettings(
        1000, 250, 50, 20, enable_idempotence=False, says_goodbye=False, admits_its_end=False, stalled_seconds=10
    ),
    "apache": BrokerSettings(
        10_000, 3_000, 500, 20, enable_idempotence=True, says_goodbye=True, admits_its_end=True, stalled_seconds=60
    ),
}

REQUEST_TIMEOUT_MS = 5_000
# After so long at the latest a client sees that the broker, or a topic's number of partitions, is another one.
METADATA_MAX_AGE_MS = 30_000
MAX_POLL_INTERVAL_MS = 300_000
BATCH_RECORDS = 500
# A handler retries passing failures this long before it hands the batch back, well under the poll interval.
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
