"""Tables and functions that row-level security does not cover, each with the reason; empty if it filters by taskforce
itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTBOX: Final = "the relay publishes for all taskforces: it holds register facts and codes only"
_LETTERS: Final = "of a message that could not be read nobody knows whose it is; pages filter them by what it names"
_REGISTRY: Final = "which taskforces there are is read before anybody's is known, and is public"
_EVERYWHERE: Final = {
    "outbox": _OUTBOX,
    "dead_letters": _LETTERS,
    "schema_migrations": "dbmate's own",
}

OF_ALL_TASKFORCES: Final[Mapping[str, Mapping[str, str]]] = {
    "pledges": _EVERYWHERE
    | {"national_hour_rules": "rules of the law, which hold everywhere: nobody writes them here"},
    "events": _EVERYWHERE
    | {
        "taskforces": _REGISTRY,
        "passkey_challenges": "who will answer a challenge is not known when it is made",
        "provider_sign_ins": "who comes back from a provider is not known when they are sent there",
    },
    "notifications": _EVERYWHERE
    | {
        "taskforces": _REGISTRY,
        "due_deliveries": "the courier claims for all taskforces: it holds ids and times only",
    },
    "dashboard": _EVERYWHERE
    | {
        "taskforces": _REGISTRY,
        "generations": "a generation of the read model is of all taskforces",
        "consumer_progress": "a worker reads the messages of all taskforces",
    },
}
"""By service: the tables without policies."""

_ACCESS_LOG: Final = dict.fromkeys(("accesses_of", "accesses_by", "accesses_before", "forget_accesses"), "")
DEFINERS: Final[Mapping[str, Mapping[str, str]]] = {
    "pledges": _ACCESS_LOG
    | dict.fromkeys(
        (
            "forget_companies_of_pledges",
            "forget_companies_of_pledge_former_terms",
            "forget_companies_of_hires",
            "forget_health_reasons",
            "forget_companies_of_hire_former_companies",
            "subject_of_request",
            "pledge_of_request",
            "correct_pledge",
            "correct_company_of_hire",
            "pledges_of_company",
            "hires_of_company",
        ),
        "",
    )
    | {
        "count_imported_rows": "it returns nothing: the planner alone reads what it counts",
        "follow_position": "a trigger, of the taskforce of the position that was changed",
    },
    "events": _ACCESS_LOG,
    "notifications": {},
    "dashboard": {
        "discard_rows": "deletes what is left of a generation that was dropped, whosever it is",
        "sum_contributions": "sums a generation that is being built, for all taskforces; it returns nothing",
        "contributions_since": "of a generation that is being built, for `complete_sums` of the same rebuild",
        "contributions_seen": "of a generation that is being built, for `complete_sums` of the same rebuild",
        "complete_sums": "adds to the sums of a generation that is being built, of all taskforces; it returns nothing",
        "forget_health_reasons": "",
    },
}
"""By service: the database functions that run as the tables' owner, to whom no policy applies."""

CALLED_BY_OTHERS: Final[Mapping[str, frozenset[str]]] = {
    "tests/privacy/test_tenancy.py": frozenset(_ACCESS_LOG),
    "tests/privacy/test_retention.py": frozenset(
        {
            "forget_companies_of_pledges",
            "forget_companies_of_pledge_former_terms",
            "forget_companies_of_hires",
            "forget_health_reasons",
            "forget_companies_of_hire_former_companies",
        }
    ),
    "tests/pledges/test_tenancy.py": frozenset(
        {
            "subject_of_request",
            "pledge_of_request",
            "correct_pledge",
            "correct_company_of_hire",
            "pledges_of_company",
            "hires_of_company",
        }
    ),
}
"""The tests that call those without a reason in a transaction of another taskforce, and without one."""

_COURIER: Final = "the courier delivers for all taskforces, and binds the transaction to each delivery's own"
_CHALLENGE: Final = "a challenge is found by its digest, which nobody else has"
REACHING: Final[Mapping[str, str]] = {
    "services.pledges.pledges.store.pledge_of_request": "",
    "services.pledges.pledges.store.pledge_id_of_request": "",
    "services.pledges.pledges.store.save_correction": "",
    "services.pledges.hires.store.save_company": "",
    "services.pledges.participants.queries.looks": "",
    "services.pledges.hour_rules.store.load_rules": "the rules of the law are nobody's",
    "services.pledges.queue.search.pledges_of_company": "",
    "services.pledges.queue.search.hires_of_company": "",
    "services.events.identity.oidc.store.insert_pending": _CHALLENGE,
    "services.events.identity.oidc.store.take_pending": _CHALLENGE,
    "services.events.identity.passkeys.store.insert_challenge": _CHALLENGE,
    "services.events.identity.passkeys.store.take_challenge": _CHALLENGE,
    "services.events.register.queries.taskforces": _REGISTRY,
    "services.events.register.queries.taskforce": _REGISTRY,
    "services.events.register.store.lock_taskforce": _REGISTRY,
    "services.events.register.store.save_taskforce": _REGISTRY,
    "services.notifications.deliveries.store.record": "its rows follow those of an isolated table, by a foreign key",
    "services.notifications.deliveries.store.remember_taskforce": _REGISTRY,
    "services.notifications.deliveries.store.claim": _COURIER,
    "services.notifications.deliveries.store.renew": _COURIER,
    "services.notifications.deliveries.store.settle": _COURIER,
    "services.notifications.deliveries.store.postpone": _COURIER,
    "services.notifications.deliveries.store.count_over_limit": "it counts for all taskforces together",
    "services.notifications.deliveries.store.forget_recent_mails": "it binds the transaction to each taskforce in turn",
    "services.dashboard.read_model.projections.generations": "a generation of the read model is of all taskforces",
    "services.dashboard.read_model.lag.current_lag": "a worker reads the messages of all taskforces",
    "services.dashboard.read_model.lag.save": "a worker reads the messages of all taskforces",
    "services.dashboard.targets.judging.judge_when_changed": _REGISTRY,
}
"""The functions of the services whose SQL names one of those. tests/pledges/test_tenancy.py tests those without a
reason."""
