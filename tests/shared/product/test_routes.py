"""URL prefixes and the services behind them."""

from __future__ import annotations

import pytest

from deploy.services import SERVICES
from shared.product.routes import PREFIXES, internal_service_for, service_for


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "dashboard"),
        ("/board/struer.json", "dashboard"),
        ("/boardroom", "dashboard"),
        ("/dashboard/stream", "dashboard"),
        ("/events", "events"),
        ("/events/0b/check-in", "events"),
        ("/eventsx", "dashboard"),
        ("/sign-in", "events"),
        ("/people/", "events"),
        ("/companies", "events"),
        ("/companies/new", "events"),
        ("/companies/agreements/0b", "events"),
        ("/companies/0b", "pledges"),
        ("/companies/0b/outreach", "pledges"),
        ("/queue", "pledges"),
        ("/hires/new", "pledges"),
        ("/pledges/new", "pledges"),
        ("/api/pledges/v1/pledges", "pledges"),
        ("/api/notifications/v1/deliveries", "notifications"),
        ("/api/nobody", "dashboard"),
        ("/assets/tilsagn.css", "dashboard"),
        ("/favicon.ico", "dashboard"),
        ("", "dashboard"),
        ("*", "dashboard"),
    ],
)
def test_the_longest_prefix_wins(path: str, service: str) -> None:
    assert service_for(path) == service


@pytest.mark.parametrize("path", ["/internal", "/internal/", "/internal/pledges/contacts", "/internal/events"])
def test_internal_paths_have_no_public_service(path: str) -> None:
    assert service_for(path) is None


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/internal/pledges/contacts/1", "pledges"),
        ("/internal/events", "events"),
        ("/internal/nobody/x", None),
        ("/internal", None),
        ("/pledges", None),
        ("/x/internal/pledges/y", None),
        ("/internalpledges/", None),
    ],
)
def test_internal_paths_name_their_service(path: str, service: str | None) -> None:
    assert internal_service_for(path) == service


def test_every_service_has_a_prefix_and_every_prefix_a_service() -> None:
    assert set(PREFIXES.values()) == set(SERVICES)
