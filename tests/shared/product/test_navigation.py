"""The header's menu for each role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import iter_route_contexts

from services.dashboard.app import create_app as dashboard
from services.dashboard.settings import DashboardSettings
from services.events.app import create_app as events
from services.events.settings import EventsSettings
from services.notifications.app import create_app as notifications
from services.notifications.settings import NotificationsSettings
from services.pledges.app import create_app as pledges
from services.pledges.settings import PledgesSettings
from shared.http.auth import ACCESS_ATTRIBUTE
from shared.product import navigation
from shared.product.roles import ROLE_LABELS

if TYPE_CHECKING:
    from fastapi import FastAPI


@pytest.fixture
def pages(base_settings: dict[str, Any], signing_key: str) -> dict[str, frozenset[str]]:
    """Who may open which page, as the routes of all services say it."""
    settings = base_settings | {"database_url": "postgresql://nobody@127.0.0.1:9/none"}
    mail = {
        "service_token": "x",
        "events_url": "http://127.0.0.1:9",
        "pledges_url": "http://127.0.0.1:9",
        "smtp_host": "127.0.0.1",
        "sender": "tilsagn@struer.example",
    }
    apps: tuple[FastAPI, ...] = (
        dashboard(DashboardSettings(**settings)),
        events(EventsSettings(**settings, token_private_key=signing_key)),
        pledges(
            PledgesSettings(
                **settings,
                intake_database_url="postgresql://x",
                participants_database_url="postgresql://x",
                request_key="x" * 32,
            )
        ),
        notifications(NotificationsSettings(**settings | mail)),
    )
    found: dict[str, frozenset[str]] = {}
    for app in apps:
        for route in iter_route_contexts(app.routes):
            dependant = getattr(route, "dependant", None)
            if dependant is not None and "GET" in (route.methods or ()):
                found[route.path or ""] = _allowed(dependant)
    return found


def _allowed(dependant: Any) -> frozenset[str]:
    inner = [_allowed(dependency) for dependency in dependant.dependencies]
    return frozenset(getattr(dependant.call, ACCESS_ATTRIBUTE, ())).union(*inner)


@pytest.mark.parametrize("role", ROLE_LABELS)
def test_a_role_may_open_every_destination_in_its_menu(pages: dict[str, frozenset[str]], role: str) -> None:
    for place in navigation.destinations({role}):
        assert pages[place.path] & {role, "public"}, place.path


@pytest.mark.parametrize("path", ["/pledges", "/events"])
def test_pledges_and_events_are_in_the_menu_of_every_role_that_may_read_them(
    pages: dict[str, frozenset[str]], path: str
) -> None:
    for role in pages[path]:
        assert path in [place.path for place in navigation.destinations({role})], role


@pytest.mark.parametrize(
    ("path", "marked"),
    [("/", "/"), ("/pledges/1", "/pledges"), ("/pledges/new", "/pledges/new"), ("/queue/search", "/queue"),
     ("/hires/1", "/queue"), ("/hires/new", "/queue"), ("/companies/1", "/companies"), ("/hiresome", None)],
)  # fmt: skip
def test_the_menu_marks_where_a_page_belongs(path: str, marked: str | None) -> None:
    assert navigation.here(path, navigation.destinations({"caseworker"})) == marked


def test_a_path_is_once_in_a_menu_with_the_right_label() -> None:
    def called(*roles: str) -> list[str]:
        return [place.label for place in navigation.destinations(roles) if place.path == "/pledges"]

    assert called("member") == ["My pledges"]
    assert called("member", "coordinator") == ["Pledges"]


def test_roles_that_import_pledges_see_the_list_with_the_import_button(pages: dict[str, frozenset[str]]) -> None:
    for role in pages["/pledges/import"]:
        assert "/pledges" in [place.path for place in navigation.destinations({role})]
