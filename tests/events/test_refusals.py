"""Every refusal has a status and words for people."""

from __future__ import annotations

from services.events import refusals
from services.events.domain import IllegalTransition, Refusal
from services.events.people.domain import PersonNotFound
from services.events.people.oidc.domain import ClocksDiffer, ProviderNotBelieved, ProviderUnavailable
from services.events.personal_data.domain import NotAllAnswered
from shared.ui.i18n import speaking

ABSTRACT = {IllegalTransition}
OF_THE_PROVIDER = {ProviderUnavailable, ProviderNotBelieved, ClocksDiffer}
"""It is neither we who are at fault, nor whoever asks."""


def concrete(kind: type[Refusal]) -> set[type[Refusal]]:
    below = set(kind.__subclasses__())
    return (below - ABSTRACT).union(*(concrete(one) for one in below))


def test_every_refusal_is_a_problem_with_danish_words() -> None:
    assert PersonNotFound in concrete(Refusal)
    for refusal in concrete(Refusal):
        with speaking("da", service="events"):
            danish = refusals.as_problem(refusal()).document()
        with speaking("en", service="events"):
            english = refusals.as_problem(refusal()).document()
        assert danish["type"] == f"/problems/{refusal.code}"
        assert 400 <= danish["status"] < 500 or refusal in {*OF_THE_PROVIDER, NotAllAnswered}
        assert danish["title"] != english["title"]
        assert danish["detail"] != english["detail"]


def test_no_two_refusals_have_one_code() -> None:
    codes = [refusal.code for refusal in concrete(Refusal)]
    assert len(codes) == len(set(codes))
