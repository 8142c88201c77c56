"""Languages: choosing one, and complete translations."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from shared.i18n import catalog, translations
from shared.i18n.translations import gettext, ngettext, use_language
from shared.ui import pages


def test_every_message_has_danish_words() -> None:
    gaps = catalog.missing()
    report = "\n\n".join(
        f"{path.relative_to(catalog.ROOT)}:\n" + "\n\n".join(map(catalog.as_po, messages))
        for path, messages in gaps.items()
    )
    assert not gaps, f"untranslated (python -m shared.i18n.catalog prints this):\n{report}"


def test_translations_keep_the_placeholders() -> None:
    strays = [problem for path in chain(*catalog.folders().values()) for problem in catalog.wrong_values(path)]
    assert not strays, "\n".join(strays)


def test_a_message_is_translated_once_in_a_service() -> None:
    twice = catalog.twice_translated()
    assert not twice, "\n".join(twice)


def test_template_names_are_unique_within_a_service() -> None:
    for service in ("pledges", "events", "notifications", "dashboard"):
        folders = pages.template_folders(service)
        names = Counter(path.relative_to(folder) for folder in folders for path in folder.rglob("*") if path.is_file())
        assert names, service
        assert [name for name, count in names.items() if count > 1] == []


def test_a_missing_translation_is_found(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = catalog.ROOT / "shared"
    texts = {message.text for message in catalog.used_messages(folder)}
    assert "Sign out" in texts, "templates are read"
    assert "member" in texts, "N_ in Python is read"
    assert "Must be filled in." in texts, "_ in Python is read"
    po = tmp_path / "da.po"
    po.write_text('msgid ""\nmsgstr ""\n\nmsgid "member"\nmsgstr ""\n\n#, fuzzy\nmsgid "Sign out"\nmsgstr "Log ud"\n')
    assert catalog.translated(po) == set()


def test_danish_is_the_default() -> None:
    assert gettext("Sign out") == "Log ud"


def test_use_language_sets_the_language_within_its_block() -> None:
    with use_language("en"):
        assert gettext("Sign out") == "Sign out"
        with use_language("da"):
            assert gettext("Sign out") == "Log ud"
        assert gettext("Sign out") == "Sign out"
    assert gettext("Sign out") == "Log ud"


def test_an_unknown_message_is_returned_untranslated() -> None:
    assert gettext("Never heard of %(name)s", name="this") == "Never heard of this"


def test_numbers_choose_the_plural() -> None:
    words = ("One thing needs to be corrected", "%(num)s things need to be corrected")
    assert ngettext(*words, 1) == "Én ting skal rettes"
    assert ngettext(*words, 3) == "3 ting skal rettes"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("da", "da"),
        ("en-GB,en;q=0.9,da;q=0.8", "en"),
        ("de,da;q=0.5,en;q=0.4", "da"),
        ("sv, fr;q=0.2", None),
        ("en;q=0, da;q=0.1", "da"),
        ("*", None),
        (";;;q=,", None),
    ],
)
def test_accept_language_is_read_by_its_qualities(header: str, language: str | None) -> None:
    assert translations.preferred_language(header) == language


async def test_a_chosen_language_is_stored_in_a_cookie(sample_app) -> None:  # type: ignore[no-untyped-def]
    html = {"accept": "text/html"}
    first = await sample_app.get("/sample/intake", headers={**html, "accept-language": "en"})
    assert '<html lang="da">' in first.text
    chosen = await sample_app.get("/sample/intake?lang=en", headers=html)
    assert '<html lang="en">' in chosen.text
    assert chosen.headers["content-language"] == "en"
    [header] = [one for one in chosen.headers.get_list("set-cookie") if "lang=" in one]
    cookie, _, attributes = header.partition("; ")
    assert cookie == "__Host-lang=en"
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes.split("; "))
    kept = await sample_app.get("/sample/intake", headers={**html, "cookie": cookie})
    assert '<html lang="en">' in kept.text


async def test_an_unsupported_language_is_ignored(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.get("/sample/intake?lang=tlh", headers={"accept": "text/html"})
    assert '<html lang="da">' in answer.text
    assert "lang=" not in answer.headers.get("set-cookie", "")


async def test_language_links_keep_the_rest_of_the_address(sample_app) -> None:  # type: ignore[no-untyped-def]
    answer = await sample_app.get("/sample/intake?event=7&lang=da&q=%22%3E", headers={"accept": "text/html"})
    assert 'href="/sample/intake?event=7&amp;q=%22%3E&amp;lang=en"' in answer.text


@pytest.mark.parametrize(
    ("sender", "page"),
    [
        ("https://localhost/sample/intake?event=7&lang=da", "/sample/intake?event=7&amp;lang=en"),
        ("https://localhost/sample/echo", "/sample/intake?lang=en"),
        ("https://elsewhere.example/sample?event=7", "/sample/intake?lang=en"),
        ("", "/sample/intake?lang=en"),
    ],
)
async def test_language_links_of_an_answer_to_a_form_lead_to_a_page_that_can_be_opened(  # type: ignore[no-untyped-def]
    sample_app, sender: str, page: str
) -> None:
    headers = {"accept": "text/html", "host": "localhost", "referer": sender, "sec-fetch-site": "same-origin"}
    answer = await sample_app.post("/sample/intake/nothing-here", headers=headers)
    assert answer.status_code == 404
    assert f'href="{page}"' in answer.text
    assert " data-posted>" in answer.text
