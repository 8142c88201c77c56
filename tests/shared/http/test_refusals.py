"""Refusals: each has an HTTP status and words in both languages."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import services.events
import services.pledges
from services.events.identity.people.domain import PersonNotFound
from services.pledges.pledges.refusals import PositionTaken, TooManyPositions
from shared.http.problems import Problem
from shared.http.refusals import STATUS, problem_of, problem_with_code
from shared.i18n.translations import use_language
from shared.refusals import Refusal, refusals_of

SERVICES = ("events", "pledges")


def refusals_of_service(service: str) -> list[type[Refusal]]:
    package = {"events": services.events, "pledges": services.pledges}[service]
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return list(refusals_of(package.__name__))


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_is_a_problem_with_danish_words(service: str) -> None:
    found = refusals_of_service(service)
    assert {"events": PersonNotFound, "pledges": PositionTaken}[service] in found
    for refusal in found:
        with use_language("da", service=service):
            danish = problem_of(refusal).document()
        with use_language("en", service=service):
            english = problem_of(refusal).document()
        assert danish["type"] == f"/problems/{refusal.code}"
        assert danish["status"] == STATUS[refusal.kind]
        assert danish["title"] != english["title"], refusal
        assert danish["detail"] != english["detail"], refusal


@pytest.mark.parametrize("service", SERVICES)
def test_a_code_names_one_refusal_of_a_service(service: str) -> None:
    codes = [refusal.code for refusal in refusals_of_service(service)]

    assert len(codes) == len(set(codes))


def test_the_field_at_fault_is_named_with_the_words_filled_in() -> None:
    with use_language("en", service="pledges"):
        document = problem_of(TooManyPositions(positions=50)).document()

    assert document["status"] == 422
    assert document["errors"] == [
        {"pointer": "/positions", "code": "too-many-positions", "message": "A pledge has from 1 to 50 positions."}
    ]


def test_a_code_is_looked_up_within_one_package() -> None:
    with use_language("en", service="pledges"):
        assert problem_with_code("position-taken", package="services.pledges").title == PositionTaken.title
        with pytest.raises(Problem):
            problem_with_code("position-taken", package="services.events")
