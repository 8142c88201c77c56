"""Pages: what stands in the frame, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from jinja2 import UndefinedError

from shared.product import navigation
from shared.product.roles import role_labels
from shared.ui.assets import AssetsNotBuiltError, Manifest, asset_url, icon_svg
from shared.ui.pages import templates
from tests.shared.kitchen.app import create_kitchen

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_header_leads_where_the_role_may_go(signed_in: httpx.AsyncClient) -> None:
    html = (await signed_in.get("/kitchen")).text
    assert "koordinator" in html
    assert '<a href="/events">Arrangementer</a>' in html
    assert 'href="/people"' not in html
    assert "Log ud" in html


async def test_whoever_is_signed_out_sees_the_way_in(kitchen: httpx.AsyncClient) -> None:
    html = (await kitchen.get("/kitchen")).text
    assert 'href="/sign-in"' in html
    assert "site-nav" not in html


async def test_every_page_of_a_demonstration_says_so_and_no_other_does() -> None:
    for demo_mode in (True, False):
        transport = httpx.ASGITransport(create_kitchen(demo_mode=demo_mode))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            for path in ("/kitchen", "/kitchen/board", "/kitchen/intake", "/nothing"):
                html = (await client.get(path, headers={"accept": "text/html"})).text
                assert ("demo-banner" in html) is demo_mode, path


def test_the_current_place_is_the_longest_that_fits() -> None:
    places = navigation.DESTINATIONS
    assert navigation.here("/pledges/new", places) == "/pledges/new"
    assert navigation.here("/pledges/7", places) == "/pledges"
    assert navigation.here("/", places) == "/"
    assert navigation.here("/elsewhere", places) is None


def test_every_role_has_a_name_on_screen() -> None:
    assert role_labels({"caseworker", "member"}) == ["member", "case worker"]
    assert role_labels({"nobody"}) == []


def test_a_name_a_template_does_not_know_is_an_error_not_a_hole() -> None:
    with pytest.raises(UndefinedError):
        templates("kitchen").from_string("{{ nothing }}").render()


def test_text_is_escaped_in_every_kind_of_template() -> None:
    assert templates("kitchen").from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_icons_are_hidden_unless_they_say_something() -> None:
    assert 'aria-hidden="true"' in icon_svg("check")
    assert 'role="img" aria-label="&lt;done&gt;"' in icon_svg("check", "<done>")
    with pytest.raises(AssetsNotBuiltError, match="no-such-icon"):
        icon_svg("no-such-icon")


async def test_assets_are_fingerprinted_packed_and_kept_for_ever(kitchen: httpx.AsyncClient) -> None:
    url = asset_url("tilsagn.css")
    packed = await kitchen.get(url, headers={"accept-encoding": "br, gzip"})
    assert packed.status_code == 200
    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"].startswith("text/css")
    plain = await kitchen.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text


@pytest.mark.parametrize(
    "path",
    [
        "tilsagn.css",
        "../manifest.json",
        "..%2fmanifest.json",
        "%2e%2e/manifest.json",
        "",
        "fonts/",
        "tilsagn.0000000000.css",
    ],
)
async def test_nothing_else_is_served(kitchen: httpx.AsyncClient, path: str) -> None:
    assert (await kitchen.get(f"/assets/{path}")).status_code == 404


async def test_assets_are_only_read(kitchen: httpx.AsyncClient) -> None:
    assert (await kitchen.post(asset_url("tilsagn.css"))).status_code == 405


def test_an_unbuilt_front_end_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(AssetsNotBuiltError, match="make setup"):
        Manifest.read(tmp_path)
