"""The PDF report of a person: everything in the JSON report, reproducible, and accessible."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from deploy.privacy.data_inventories import data_inventory_of
from deploy.privacy.data_subjects import LOOKUPS
from shared.i18n.translations import use_language
from shared.privacy.access_log import PURPOSES
from shared.privacy.activity import Activity
from shared.privacy.english import english, in_language
from shared.privacy.pdf import ACTIVITY_SHOWN, pdf
from shared.privacy.report import ACTIVITY_TEXTS, TEXTS, activity_entry, group_entry, report
from shared.privacy.subjects import FoundGroup, SubjectIdentifiers
from shared.privacy.words import ACTIONS, REASONS, kept_for, shown, who_looked

if TYPE_CHECKING:
    from shared.i18n.translations import Language

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG: Final = "eva.marie.magdalene.von-og-til-langenavnesen@en-meget-lang-afdeling.virksomheden-i-struer.example"
VALUES: Final[dict[str, Any]] = {
    "name": "Eva Ærø Holm #[x] *y* $z$ \\ <b>",
    "email": LONG,
    "device": "x" * 120,
    "backed_up": True,
    "sign_count": 4711,
    "role": "caseworker",
}
LANGUAGES: Final[tuple[Language, ...]] = ("da", "en")


def _document(language: Language, *, filled: bool = True, looks: int = 3) -> dict[str, Any]:
    """Return a report with rows in every group that can be searched; every value is unique."""
    held = []
    for service, lookups in LOOKUPS.items():
        for entry in data_inventory_of(service).personal:
            lookup = next(one for one in lookups if one.name == f"{entry.group}.{entry.table}")
            columns = dict.fromkeys((lookup.key, *entry.columns, *lookup.context_columns))
            row = {
                name: VALUES.get(name, NOW if name.endswith("_at") else f"{service}.{entry.table}.{name}")
                for name in columns
            } | {lookup.key: _id(f"{service}.{entry.table}")}
            rows = [row] if filled and lookup.find is not None else []
            held.append(group_entry(service, FoundGroup(entry, lookup, rows), language))
    every = [
        {
            "service": "pledges",
            "looked_at": NOW,
            "who": f"person:{_id(f'who {number}')}" if number else "operator",
            "action": "export",
            "what_table": "pledge_contacts",
            "what_key": _id(f"looked at {number}"),
            "why": "subject_access",
            "basis": "artikel 15, stk. 1",
        }
        for number in range(looks)
    ]
    identifiers = SubjectIdentifiers(
        emails=frozenset({LONG}), phones=frozenset({"+45 97 85 00 00"}), cvrs=frozenset({"24256790"})
    )
    return report(
        taskforce="Code of Care Struer",
        identifiers=identifiers,
        held=held,
        done=_activity(language, times=int(filled)),
        looks=every,
        made_at=NOW,
        language=language,
    )


def _activity(language: Language, *, times: int) -> list[dict[str, Any]]:
    """Return activity of every kind, `times` rows each."""
    return [
        activity_entry(
            service,
            Activity(
                entry,
                [
                    {"at": NOW - timedelta(days=number), "pledge_id": _id(f"{service}.{entry.table}.{number}")}
                    for number in range(times)
                ],
            ),
            language,
        )
        for service in LOOKUPS
        for entry in data_inventory_of(service).done_by
    ]


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def _text(document: bytes) -> str:
    """Return the text extracted from a PDF, without white space, because words are broken at the end of a line."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=document, capture_output=True, check=True)
    # Hyphens at the end of a line come from the layout; they are removed from the searched text, too.
    return _closed(ran.stdout.decode())


def _closed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_contains_everything_in_the_json(language: Language) -> None:
    document = _document(language)
    text = _text(pdf(document))
    expected: list[str] = [document["taskforce"]]
    with use_language(language):
        expected += [
            shown(document["made_at"]),
            *(value for known in document["asked_for"].values() for value in known),
        ]
        for group in document["held"]:
            expected += [group[name] for name in TEXTS if group[name]]
            expected += [kept_for(group), group["group"], f"{group['service']}.{group['table']}"]
            expected += [group["cannot_be_found_because"] or group["not_erased_because"] or ""]
            expected += [shown(value, name) for row in group["rows"] for name, value in row.items()]
        for one in document["done"]:
            expected += [one[name] for name in ACTIVITY_TEXTS if one[name]]
            expected += [kept_for(one), f"{one['service']}.{one['table']}, {one['column']}"]
            expected += [shown(value, name) for row in one["rows"] for name, value in row.items()]
        for look in document["looked_at_by"]:
            expected += [shown(look["looked_at"]), who_looked(look["who"]), look["what_key"], look["basis"]]
    assert len(expected) > 150
    assert [value for value in expected if _closed(value) not in text] == []


def test_an_omission_from_the_pdf_is_detected() -> None:
    document = _document("da")
    text = _text(pdf(document | {"held": document["held"][1:]}))
    gone = document["held"][0]["rows"][0].values()
    assert [value for value in gone if _closed(str(value)) not in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_is_the_same_bytes(language: Language) -> None:
    document = _document(language)
    first = pdf(document)
    assert first == pdf(json.loads(json.dumps(document)))
    assert first != pdf(document | {"taskforce": "Another"})


def test_the_pdf_declares_accessibility_and_language() -> None:
    for language, tag in (("da", b"/Lang(da)"), ("en", b"/Lang(en)")):
        document = pdf(_document(language))  # type: ignore[arg-type]
        assert tag in document
        assert b"pdfuaid" in document


def test_an_empty_group_has_no_heading() -> None:
    text = _text(pdf(_document("da", filled=False, looks=0)))
    assert _closed("Der blev ikke fundet noget om nogen") in text
    assert _closed("Hvem der har set det") not in text
    assert _closed("Her blev der ikke fundet noget") in text


def test_a_message_of_five_megabytes_is_truncated_in_the_pdf() -> None:
    document = _document("da")
    letters = next(group for group in document["held"] if group["table"] == "dead_letters")
    letters["rows"][0]["value"] = "y" * 5_000_000
    made = pdf(document)
    assert len(made) < 3_000_000
    assert _closed("klippet her") in _text(made)


def test_a_name_of_any_script_is_printed() -> None:
    document = _document("da")
    person = next(group for group in document["held"] if "name" in group["rows"][0])
    names = ("محمد العلي", "ሰላም ተስፋዬ", "王伟明", "Ole 😀", "\U00013000\ud800")
    person["rows"] = [person["rows"][0] | {"name": name} for name in names]
    text = _text(pdf(document | {"taskforce": "Struer 工作組"}))
    for name in ("ሰላምተስፋዬ", "王伟明", "Ole😀", "[U+13000][U+D800]", "Struer工作組"):
        assert name in text


@pytest.mark.many_examples
def test_the_pdf_lists_the_latest_pledges_and_counts_all_by_month() -> None:
    document = _document("da")
    few = len(pdf(document))
    # A few kinds tell as much as all, which take ten seconds.
    document["done"] = _activity("da", times=1000)[:3]
    made = pdf(document)
    assert len(made) < few + 200_000
    text = _text(made)
    assert _closed(f"De seneste {ACTIVITY_SHOWN} står her; alle 1000 er i udskriften som JSON.") in text
    assert _closed("11.2026: 22, 10.2026: 31") in text
    for one in document["done"]:
        ids = [row["pledge_id"] for row in one["rows"]]
        assert len(ids) == 1000, "all of it is in JSON"
        assert all(_closed(id) in text for id in ids[:ACTIVITY_SHOWN])
        assert not any(_closed(id) in text for id in ids[ACTIVITY_SHOWN:])


def test_every_text_of_the_inventories_has_an_english_translation() -> None:
    texts = {
        text
        for service, lookups in LOOKUPS.items()
        for entry in data_inventory_of(service).personal
        for text in (*(getattr(entry, name) for name in TEXTS), *(one.why for one in lookups))
        if text
    } | {purpose.basis for purpose in PURPOSES.values()}
    texts |= {
        text
        for service in LOOKUPS
        for entry in data_inventory_of(service).done_by
        for text in (getattr(entry, name) for name in ACTIVITY_TEXTS)
        if text
    }
    assert sorted(texts - english().keys()) == [], "translate it in shared/privacy/english.toml"
    assert sorted(english().keys() - texts) == [], "nobody says it any more: take it out of shared/privacy/english.toml"


def test_an_untranslated_text_is_shown_in_danish() -> None:
    assert in_language("findes ikke", "en") == "findes ikke"


def test_every_purpose_and_action_of_the_log_has_a_label() -> None:
    assert set(REASONS) == set(PURPOSES)
    assert set(ACTIONS) == {"read", "search", "change", "export", "delete"}
