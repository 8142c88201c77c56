"""The delivery guarantee, in one place: every committed change takes effect exactly once in every consumer.

- `outbox`: a change's message, written in the change's own transaction.
- `relay`: takes it from there to the broker; one active per service.
- `envelope`: how a message looks on the broker (CloudEvents 1.0, binary mode).
- `consumer`: takes messages from the broker to an effect, in one transaction with the offset's idempotency key.
- `dead_letters`: messages that can never be processed.
- `broker`: every client setting, for both kinds of broker. `topics`: makes them. `replay`: publishes again.
- `worker`: a service's background process around all of these.

Its tables are in `migrations/`, which every service's database gets.
"""
