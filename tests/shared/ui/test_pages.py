"""Pages: the layout, templates and assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from jinja2 import UndefinedError

from shared.product import navigation
from shared.product.roles import role_labels
from shared.ui.assets import AssetsNotBuiltError, Manifest, asset_url, icon_svg
from shared.ui.pages import templates
from tests.shared.sample_service.app import create_sample_app

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_header_shows_the_destinations_of_the_role(signed_in: httpx.AsyncClient) -> None:
    html = (await signed_in.get("/sample")).text
    assert "koordinator" in html
    assert '<a href="/events">Arrangementer</a>' in html
    assert 'href="/people"' not in html
    assert "Log ud" in html


async def test_the_header_shows_signed_out_people_the_sign_in_link(sample_app: httpx.AsyncClient) -> None:
    html = (await sample_app.get("/sample")).text
    assert 'href="/sign-in"' in html
    assert "site-nav" not in html


async def test_only_pages_of_a_demonstration_have_its_banner() -> None:
    for demo_mode in (True, False):
        transport = httpx.ASGITransport(create_sample_app(demo_mode=demo_mode))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            for path in ("/sample", "/sample/board", "/sample/intake", "/nothing"):
                html = (await client.get(path, headers={"accept": "text/html"})).text
                assert ("demo-banner" in html) is demo_mode, path


def test_the_current_destination_is_the_longest_matching_path() -> None:
    places = navigation.DESTINATIONS
    assert navigation.here("/pledges/new", places) == "/pledges/new"
    assert navigation.here("/pledges/7", places) == "/pledges"
    assert navigation.here("/", places) == "/"
    assert navigation.here("/elsewhere", places) is None


def test_roles_have_labels() -> None:
    assert role_labels({"caseworker", "member"}) == ["member", "case worker"]
    assert role_labels({"nobody"}) == []


def test_an_undefined_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates("sample_app").from_string("{{ nothing }}").render()


def test_text_is_escaped_in_every_kind_of_template() -> None:
    assert templates("sample_app").from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_icons_without_a_label_are_hidden_from_assistive_technology() -> None:
    assert 'aria-hidden="true"' in icon_svg("check")
    assert 'role="img" aria-label="&lt;done&gt;"' in icon_svg("check", "<done>")
    with pytest.raises(AssetsNotBuiltError, match="no-such-icon"):
        icon_svg("no-such-icon")


async def test_assets_are_fingerprinted_compressed_and_cached_for_ever(sample_app: httpx.AsyncClient) -> None:
    url = asset_url("tilsagn.css")
    packed = await sample_app.get(url, headers={"accept-encoding": "br, gzip"})
    assert packed.status_code == 200
    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"].startswith("text/css")
    plain = await sample_app.get(url, headers={"accept-encoding": "identity"})
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
async def test_other_files_are_not_served(sample_app: httpx.AsyncClient, path: str) -> None:
    assert (await sample_app.get(f"/assets/{path}")).status_code == 404


async def test_assets_accept_only_get_and_head(sample_app: httpx.AsyncClient) -> None:
    assert (await sample_app.post(asset_url("tilsagn.css"))).status_code == 405


def test_missing_assets_raise_an_error_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(AssetsNotBuiltError, match="make setup"):
        Manifest.read(tmp_path)
