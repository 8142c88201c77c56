"""The content of mails, without unwanted text."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.notifications.channels.email import WIRE_FORMAT, compose
from services.notifications.notices.addresses import Call, CallList
from services.notifications.notices.content import render
from services.notifications.notices.notice import Notice, Recipient
from services.notifications.notices.recipients import mail_address
from services.notifications.notices.registry import KINDS, plan
from services.notifications.outcomes import Undeliverable
from shared.contracts.events import SignInLinkRequested
from tests.notifications.messages import board_released, call_list, checkpoint_due, hire, invited, meeting_pack, pledge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

    from services.notifications.settings import NotificationsSettings
    from shared.i18n.translations import Language

HERE = UUID("6f0f6b3a-3a52-5f7c-9a51-5f3a3f0b6c11")
NOW = datetime(2026, 12, 1, 18, 4, 11, tzinfo=UTC)
PLEDGE = plan(pledge(HERE, pledge_id=HERE, recorded_at=NOW, pledged_on=NOW.date()))[0]
INVITATION = plan(invited(HERE, invitation_id=HERE, recorded_at=NOW))[0]
HIRE = plan(hire(HERE, hire_id=HERE, pledge_id=HERE, recorded_at=NOW))[0]


def mail(
    settings: NotificationsSettings,
    notice: Notice,
    language: Language = "da",
    *,
    name: str = "Mette Sørensen",
    company: str = "Bager & Søn",
    link: str = "",
    taskforce: str | None = "Taskforce Struer",
    details: Mapping[str, Any] = MappingProxyType({}),
    **facts: Any,
) -> EmailMessage:
    """The mail as it arrives."""
    recipient = Recipient(mail_address(name, "mette@firma.example"), language, company, link, details)
    content = render(
        KINDS[notice.rule], notice.facts | facts, recipient, taskforce=taskforce, public_url=settings.public_url
    )
    message = compose(settings, notice.delivery_id, recipient, content, now=NOW)
    return message_from_bytes(message.as_bytes(policy=WIRE_FORMAT), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_mail_of_a_pack_leads_to_the_meeting_and_holds_no_figure(settings: NotificationsSettings) -> None:
    message = mail(settings, plan(meeting_pack(HERE))[0], link=f"/meetings/{HERE}")
    assert message["Subject"] == "Tallene til mødet er klar"
    for kind in ("plain", "html"):
        assert f"{settings.public_url}/meetings/{HERE}" in body(message, kind)
    text = body(message, "plain").replace(str(HERE), "").replace(settings.public_url, "")
    assert not re.search(r"\d", text)


def test_the_keeper_of_the_signs_is_told_the_number(settings: NotificationsSettings) -> None:
    message = mail(settings, plan(board_released(HERE))[0], link="/dashboard/board")
    assert message["Subject"] == "Skiltene skal vise 206"
    for kind in ("plain", "html"):
        assert "har 206 borgere fået et småjob" in re.sub(r"\s+", " ", body(message, kind))
        assert f"{settings.public_url}/dashboard/board" in body(message, kind)


def test_a_company_is_thanked_in_danish(settings: NotificationsSettings) -> None:
    message = mail(settings, PLEDGE)
    assert message["Subject"] == "Tak for jeres tilsagn om 3 småjob"
    assert body(message, "plain") == (
        "Kære Mette Sørensen\n"
        "\n"
        "Bager & Søn har sagt ja til 3 småjob. Det betyder noget for den, der\n"
        "leder efter en vej ind på arbejdsmarkedet.\n"
        "\n"
        "Virksomhed: Bager & Søn\n"
        "Tilsagn: 3 småjob\n"
        "Timer om ugen: 5–15\n"
        "Givet: tirsdag den 1. december 2026\n"
        "\n"
        "Hvad sker der nu?\n"
        "En virksomhedskonsulent finder en person, som opgaverne passer til, og\n"
        "kontakter jer, før noget bliver aftalt. Tilsagnet er ikke bindende.\n"
        "\n"
        "Er noget forkert, så sig det bare, når vi kontakter jer.\n"
        "\n"
        "Venlig hilsen\n"
        "Taskforce Struer\n"
        "\n"
        "-- \n"
        "Du får denne automatiske mail, fordi du er skrevet op som kontaktperson\n"
        "for tilsagnet.\n"
    )


def test_a_company_is_thanked_in_english(settings: NotificationsSettings) -> None:
    message = mail(settings, PLEDGE, "en")
    assert message["Subject"] == "Thank you for your pledge of 3 småjobs"
    text = body(message, "plain")
    assert "Bager & Søn has said yes to 3 småjobs." in text
    assert "Given on: Tuesday 1 December 2026" in text


def test_a_contact_whom_staff_know_gets_the_link_of_the_company(settings: NotificationsSettings) -> None:
    message = mail(settings, PLEDGE, link="/company/AbC-1", details={"has_link": True})
    text = body(message, "plain")
    assert "del kun linket med\nkolleger:\nhttp://localhost:8080/company/AbC-1\n" in text
    assert "Er noget forkert" not in text
    assert 'href="http://localhost:8080/company/AbC-1"' in body(message, "html")
    assert "/company/" not in body(mail(settings, PLEDGE), "html")


CHECKPOINT = plan(checkpoint_due(HERE, hire_id=HERE, pledge_id=HERE, recorded_at=NOW))[0]


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            "da",
            "Er jeres nye kollega stadig hos jer?",
            "tirsdag den 1. december 2026 var det 3 måneder siden, at en medarbejder begyndte hos Bager & Søn",
        ),
        (
            "en",
            "Is your new colleague still with you?",
            "On Tuesday 1 December 2026 it was 3 months since somebody began to work at Bager & Søn",
        ),
    ],
)
def test_a_company_is_asked_whether_somebody_is_still_employed(
    settings: NotificationsSettings, language: Language, subject: str, words: str
) -> None:
    message = mail(settings, CHECKPOINT, language, link="/company/AbC-1", details={"has_link": True})
    assert message["Subject"] == subject
    text = body(message, "plain")
    assert words.lower() in " ".join(text.split()).lower()
    assert "http://localhost:8080/company/AbC-1\n" in text
    assert 'href="http://localhost:8080/company/AbC-1"' in body(message, "html")


def test_the_mail_about_a_hire_in_danish(settings: NotificationsSettings) -> None:
    message = mail(settings, HIRE, name="Anne Holm")
    assert message["Subject"] == "Tilsagnet, du noterede, er blevet til et småjob"
    text = body(message, "plain")
    assert text.startswith(
        "Kære Anne Holm\n\nGodt nyt: Det tilsagn, du noterede fra Bager & Søn, er blevet til et\nsmåjob.\n"
    )
    assert "Start: tirsdag den 1. december 2026\nTimer om ugen: 12,5\n" in text
    assert f"Se tilsagnet: http://localhost:8080/pledges/{HERE}\n" in text


def test_the_mail_about_a_hire_in_english(settings: NotificationsSettings) -> None:
    message = mail(settings, HIRE, "en")
    assert message["Subject"] == "The pledge you logged has become a småjob"
    assert "Hours a week: 12.5" in body(message, "plain")


CALLS = CallList(
    event="Virksomhedsaften hos B&O",
    calls=(
        Call(
            company="Bager & Søn",
            contact="Eva Holm",
            phone="+4597850000",
            job_type="smaajob",
            positions=2,
            hours_from=Decimal(5),
            hours_to=Decimal("7.5"),
            tasks=("Vareopfyldning", "Oprydning"),
        ),
        Call(
            company="Vind på www.lokkemad.dk",
            contact="Ida",
            email="ida@smed.example",
            job_type="fleksjob",
            positions=1,
            hours_from=Decimal(10),
            hours_to=Decimal(10),
            again_on=date(2026, 12, 9),
        ),
    ),
)


def calls_mail(
    settings: NotificationsSettings, language: Language = "da", calls: CallList = CALLS, *, person: UUID | None = HERE
) -> EmailMessage:
    [notice] = plan(call_list(HERE, call_list_id=HERE, event_id=HERE, person_id=person))
    recipient = Recipient(
        mail_address("Anne Holm", "anne@medlem.example"),
        language,
        link="/pledges/calls?event=1&who=mine",
        details={"event": calls.event, "calls": calls.calls},
    )
    content = render(
        KINDS[notice.rule], notice.facts, recipient, taskforce="Taskforce Struer", public_url=settings.public_url
    )
    message = compose(settings, notice.delivery_id, recipient, content, now=NOW)
    return message_from_bytes(message.as_bytes(policy=WIRE_FORMAT), policy=policy.default)


def test_the_call_list_in_danish(settings: NotificationsSettings) -> None:
    message = calls_mail(settings)
    assert message["Subject"] == "2 opkald efter Virksomhedsaften hos B&O"
    assert body(message, "plain") == (
        "Kære Anne Holm\n"
        "\n"
        "Tak for din hjælp ved Virksomhedsaften hos B&O. Her er de 2\n"
        "virksomheder, du skal ringe til om deres tilsagn.\n"
        "\n"
        "1. Bager & Søn\n"
        "   Eva Holm, 97 85 00 00\n"
        "   2 småjob, 5–7,5 timer om ugen: Vareopfyldning, Oprydning\n"
        "\n"
        "2. En virksomhed, se opkaldslisten\n"
        "   Ida, ida@smed.example\n"
        "   1 fleksjob, 10 timer om ugen\n"
        "   Ring igen onsdag den 9. december 2026\n"
        "\n"
        "Kryds opkaldene af på opkaldslisten, når du har ringet:\n"
        "http://localhost:8080/pledges/calls?event=1&who=mine\n"
        "\n"
        "Venlig hilsen\n"
        "Taskforce Struer\n"
        "\n"
        "-- \n"
        "Du får denne automatiske mail, fordi du registrerede disse tilsagn eller\n"
        "er blevet bedt om at ringe om dem.\n"
    )
    html = body(message, "html")
    assert 'href="tel:+4597850000"' in html
    assert "lokkemad" not in html


def test_a_coordinator_is_told_which_calls_nobody_makes(settings: NotificationsSettings) -> None:
    one = CallList(event="Aften", calls=CALLS.calls[:1])
    assert "Ingen har endnu taget dette opkald efter Aften." in body(
        calls_mail(settings, calls=one, person=None), "plain"
    )
    english = calls_mail(settings, "en", person=None)
    assert english["Subject"] == "2 calls after Virksomhedsaften hos B&O"
    assert "Nobody makes these 2 calls" in body(english, "plain")


def test_the_invitation_says_how_to_sign_in(settings: NotificationsSettings) -> None:
    danish, english = mail(settings, INVITATION, link="/sign-in"), mail(settings, INVITATION, "en", link="/sign-in")
    assert danish["Subject"] == "Du har fået en konto hos Taskforce Struer"
    assert english["Subject"] == "You have an account with Taskforce Struer"
    for message in (danish, english):
        assert "http://localhost:8080/sign-in\n" in body(message, "plain")
        assert 'href="http://localhost:8080/sign-in"' in body(message, "html")
    assert "Skriv denne e-mailadresse på siden" in body(danish, "plain")
    nobody = mail(settings, INVITATION, taskforce=None)
    assert nobody["Subject"] == "Du har fået en konto hos taskforcen"


def test_the_expiry_of_a_link_is_written_as_a_time_of_day(settings: NotificationsSettings) -> None:
    request = SignInLinkRequested(
        taskforce_id=HERE, version=1, recorded_at=NOW, request_id=HERE, person_id=HERE, expires_at=NOW
    )
    [notice] = plan(request)
    danish, english = (
        mail(settings, notice, link="/sign-in/link/x"),
        mail(settings, notice, "en", link="/sign-in/link/x"),
    )
    for kind in ("plain", "html"):
        assert "Det virker én gang, indtil kl. 19.04." in body(danish, kind)
        assert "It works once, until 19:04." in body(english, kind)


@pytest.mark.parametrize("job_type", ["smaajob", "praktik", "loentilskud", "fleksjob", "ordinaer", "traening"])
@pytest.mark.parametrize("notice", [PLEDGE, HIRE], ids=["pledge", "hire"])
def test_every_type_of_job_has_words_in_both_languages(
    settings: NotificationsSettings, notice: Notice, job_type: str
) -> None:
    danish, english = (mail(settings, notice, language, job_type=job_type) for language in ("da", "en"))
    assert job_type == "smaajob" or "småjob" not in body(danish, "plain")
    assert danish["Subject"] != english["Subject"]


def test_one_position_is_said_in_the_singular(settings: NotificationsSettings) -> None:
    message = mail(settings, PLEDGE, positions=1, job_type="ordinaer", hours_from="37.00", hours_to="37.00")
    assert message["Subject"] == "Tak for jeres tilsagn om 1 ordinært job"
    assert "Timer om ugen: 37\n" in body(message, "plain")


def test_a_mail_can_be_written_without_names(settings: NotificationsSettings) -> None:
    text = body(mail(settings, PLEDGE, name="", company="", taskforce=None), "plain")
    assert text.startswith("Hej\n\nI har sagt ja til 3 småjob.")
    assert "Virksomhed:" not in text
    assert "Venlig hilsen\nTaskforcen\n" in text
    assert "Et tilsagn, du noterede, er blevet" in body(mail(settings, HIRE, company=""), "plain")


def test_the_headers_say_that_the_mail_is_automatic(settings: NotificationsSettings) -> None:
    message = mail(settings, PLEDGE)
    assert str(message["From"]) == "Taskforce Struer <tilsagn@struer.example>"
    assert str(message["To"]) == "Mette Sørensen <mette@firma.example>"
    assert message["Message-ID"] == f"<{PLEDGE.delivery_id}@struer.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "da"
    assert message["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_every_line_is_short_ascii(settings: NotificationsSettings) -> None:
    recipient = Recipient(mail_address("Æ" * 200, "mette@firma.example"), "da", company="Ø" * 2000)
    content = render(KINDS[PLEDGE.rule], PLEDGE.facts, recipient, taskforce="Å" * 300, public_url=settings.public_url)
    message = compose(settings, HERE, recipient, content, now=NOW).as_bytes(policy=WIRE_FORMAT)
    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert b"\n" not in message.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "poison", ["Eve\r\nBcc: all@example.com", "Eve\nBcc: all@example.com", "Eve\u2028Bcc: x@y.example"]
)
def test_no_text_from_outside_can_add_a_header(settings: NotificationsSettings, poison: str) -> None:
    message = mail(settings, PLEDGE, name=poison, company=poison, taskforce=poison)
    assert message["Bcc"] is None
    assert set(message.keys()) == set(mail(settings, PLEDGE).keys())


def test_html_from_outside_stays_text(settings: NotificationsSettings) -> None:
    html = body(mail(settings, PLEDGE, name="<b>Mette</b>", company="<script>alert(1)</script>"), "html")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;b&gt;Mette&lt;/b&gt;" in html


@pytest.mark.parametrize("notice", [PLEDGE, HIRE], ids=["pledge", "hire"])
def test_nothing_is_fetched_when_a_mail_is_opened(settings: NotificationsSettings, notice: Notice) -> None:
    html = body(mail(settings, notice), "html")
    assert not re.search(r"<(img|link|script|iframe|object|video|audio|source|style)\b|url\(|@import|\bsrc=", html)
    links = re.findall(r'href="([^"]*)"', html)
    assert all(link == f"http://localhost:8080/pledges/{HERE}" for link in links)


@pytest.mark.parametrize("notice", [PLEDGE, HIRE, INVITATION], ids=["pledge", "hire", "invitation"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_text_and_html_say_the_same(settings: NotificationsSettings, notice: Notice, language: Language) -> None:
    message = mail(settings, notice, language)
    html = re.sub(r"<[^>]+>", " ", body(message, "html").partition("</head>")[2]).replace("&amp;", "&")
    words = set(re.findall(r"\w+", body(message, "plain")))
    words -= set(re.findall(r"\w+", f"http://localhost:8080/pledges/{HERE}"))
    assert words <= set(re.findall(r"\w+", html))


@pytest.mark.parametrize(
    "mailbox",
    [
        "",
        "mette",
        "@firma.example",
        "mette@",
        "a@b.example, c@d.example",
        "mette@firma.example>",
        "mette@firma.example\r\nRCPT TO:<x@y.example>",
        "mette @firma.example",
        '"a b"@firma.example',
        "mette@firma..example",
        "mette@" + "x" * 70 + ".example",
    ],
)
def test_anything_but_one_address_is_undeliverable(mailbox: str) -> None:
    with pytest.raises(Undeliverable, match="bad_address"):
        mail_address("Mette", mailbox)


def test_an_internationalised_domain_is_encoded() -> None:
    assert mail_address("Mette", " mette@købmand.dk ").addr_spec == "mette@xn--kbmand-bya.dk"
    # By IDNA 2003 it would be strasse.de, another domain.
    assert mail_address("Mette", "mette@straße.de").addr_spec == "mette@xn--strae-oqa.de"


@pytest.mark.parametrize(
    "name",
    [
        "Vind en iPhone: evil.example",
        "Klik på https://evil.example/x",
        "www evil example",
        "Skriv til eve@evil.example",
        "eve＠evil．example",
        "evil。example",
        "Ring 20 30 40 50 nu",
        "Ring +45-20.30.40.50",
        "sms:1234",
        "x" * 101,
    ],
)
def test_a_name_that_lures_is_not_shown(settings: NotificationsSettings, name: str) -> None:
    for notice in (PLEDGE, HIRE):
        message = mail(settings, notice, name=name, company=name)
        text = f"{message['To']} {message['Subject']} {body(message, 'plain')} {body(message, 'html')}"
        assert name not in text
        assert "evil" not in unicodedata.normalize("NFKC", text)
    assert body(mail(settings, PLEDGE, company=name), "plain").startswith("Kære Mette Sørensen\n\nI har sagt ja til")


@pytest.mark.parametrize(
    "name",
    [
        "Bager & Søn",
        "A.P. Møller - Mærsk A/S",
        "B&O, Struer",
        "J. P. Olsen & Sønner, v/ Ole Olsen",
        "3F Struer",
        "Autohuset 2000 ApS",
        "Ådalens El- og VVS-service, afdeling 12",
        "محمد للبناء",
        "Nr. Snede Maskinfabrik",
    ],
)
def test_an_honest_name_is_shown(settings: NotificationsSettings, name: str) -> None:
    assert f"\nVirksomhed: {name}\n" in body(mail(settings, PLEDGE, company=name), "plain")
