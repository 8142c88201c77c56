"""Renders the subject and the text of a notice from its kind, facts and recipient. The result is not stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from services.notifications.notices.words import one_line, shown_name
from shared.i18n.translations import use_language
from shared.ui.pages import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from services.notifications.notices.notice import NoticeKind, Recipient

SERVICE = "notifications"


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """A notice in words.

    Attributes:
        signed_by: the name of the taskforce that sends it; empty if unknown.
    """

    subject: str
    text: str
    html: str
    signed_by: str


def render(
    kind: NoticeKind, facts: Mapping[str, Any], recipient: Recipient, *, taskforce: str | None, public_url: str
) -> Content:
    """Return the content of a notice in the language of its recipient.

    Args:
        taskforce: the name of the taskforce that signs it; None if unknown.
        public_url: the address people use, without a slash at its end.
    """
    signed_by = one_line(taskforce or "")
    with use_language(recipient.language, service=SERVICE):
        context = {
            "language": recipient.language,
            "name": recipient.address.display_name,
            "company": shown_name(recipient.company),
            "signed_by": signed_by,
            "pledge_url": f"{public_url}/pledges/{facts.get('pledge_id')}",
            "link_url": f"{public_url}{recipient.link}",
            **kind.context(facts),
            **recipient.details,
        }
        return Content(
            subject=_plain_text().get_template(f"mails/{kind.code}.subject.txt").render(context).strip(),
            text=_plain_text().get_template(f"mails/{kind.code}.txt").render(context),
            html=templates(SERVICE).get_template(f"mails/{kind.code}.html").render(context),
            signed_by=signed_by,
        )


@cache
def _plain_text() -> Environment:
    """The service's templates without HTML escaping."""
    return templates(SERVICE).overlay(autoescape=False)
