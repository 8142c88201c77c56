"""Every metric of the product."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# --- outbox and relay
OUTBOX_OLDEST_SECONDS = Gauge(
    "tilsagn_outbox_oldest_unpublished_seconds", "Age of the oldest change not yet on the broker", ["service"]
)
RELAY_PUBLISHED = Counter("tilsagn_relay_published", "Changes the broker has acknowledged", ["service"])
RELAY_FAILURES = Counter("tilsagn_relay_failures", "Rounds of the relay that failed and were retried", ["service"])
RELAY_LEADER = Gauge("tilsagn_relay_leader", "1 where this process holds the service's relay lock", ["service"])

# --- consumers
MESSAGES_APPLIED = Counter("tilsagn_messages_applied", "Messages whose effect was committed", ["group"])
MESSAGES_IGNORED = Counter("tilsagn_messages_ignored", "Messages of a type this consumer does not know", ["group"])
DEAD_LETTERS = Counter("tilsagn_dead_letters", "Messages put aside because they can never work", ["group", "reason"])
BATCH_RETRIES = Counter("tilsagn_batch_retries", "Batches tried again after a passing failure", ["group"])
CONSUMER_LAG = Gauge("tilsagn_consumer_lag", "Messages on the broker not yet applied", ["group"])
COMMIT_TO_EFFECT_SECONDS = Histogram(
    "tilsagn_commit_to_effect_seconds",
    "From the change's commit to the commit of its effect",
    ["group"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)

# --- mails
MAILS = Counter("tilsagn_mails", "Deliveries by how they ended", ["rule", "outcome"])
MAILS_OVER_LIMIT = Counter("tilsagn_mails_over_limit", "Mails that wait because of a limit", ["rule", "limit"])

# --- retention
RETENTION_WAITING = Gauge(
    "tilsagn_retention_waiting", "Retention jobs that wait for an operator's confirmation", ["service"]
)

# --- participants
PARTICIPANTS_REFUSED = Counter(
    "tilsagn_participants_refused",
    "Requests about participants that were refused: by role, or not found among those the caller sees",
    ["operation", "reason"],
)

# --- sign-in
PROVIDER_SIGN_INS = Counter(
    "tilsagn_provider_sign_ins", "Sign-ins at the organisation's own provider by how they ended", ["outcome"]
)

# --- web
REQUESTS = Histogram(
    "tilsagn_http_request_seconds",
    "Time to answer, by route template and status class",
    ["service", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
