"""The words of profile cards. Labels are English and are translated where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_, use_language
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.participants.profile_cards.domain import Basis, ProfileCard

BASES: Final[Mapping[Basis, tuple[str, str]]] = MappingProxyType(
    {
        "consent": (
            N_("The citizen's consent"),
            N_("It can be withdrawn at any time, here or by the citizen's own link."),
        ),
        "public_task": (
            N_("The municipality's task"),
            N_("The Act on active employment measures. Tell the citizen what the card is for."),
        ),
    }
)
"""What allows a card, and what follows from it."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """Everything that a card says, on paper and on the screen."""

    title: str
    words: str
    tasks_label: str
    tasks: list[str]
    invitation: str
    contact: str
    until: str
    qr_alt: str
    product: str


def card_words(card: ProfileCard, catalogue: Catalogue, help_unit: Mapping[str, str]) -> CardWords:
    """Return what a card says, in the current language; the citizen's own words stay as they are.

    Args:
        help_unit: the name and telephone of the unit that helps companies; empty texts where there is none.
    """
    labels = catalogue.labels()
    contact = " · ".join(filter(None, (help_unit.get("name"), help_unit.get("phone"))))
    return CardWords(
        title=_("My name is %(name)s") % {"name": card.content.preferred_name},
        words=card.content.words,
        tasks_label=_("I would like to help with"),
        tasks=[labels[code] for code in card.content.tasks if code in labels],
        invitation=_("Do you have a småjob for me?"),
        contact=contact or _("Tell the person who gave you this card."),
        until=_("The card is valid until %(day)s.") % {"day": date_text(card.content.valid_until)},
        qr_alt=_("QR code: the card on the web, for as long as it is valid"),
        product=_("Tilsagn – from a pledged job to a real one"),
    )


def shown_words(card: ProfileCard, catalogue: Catalogue, help_unit: Mapping[str, str]) -> CardWords:
    """Return what a card says on a screen: in its own language, whatever the page's is."""
    with use_language(card.content.language, service="pledges"):
        return card_words(card, catalogue, help_unit)


@dataclass(frozen=True, slots=True)
class CitizenWords:
    """What the page says to the citizen on which their own link is handed over."""

    title: str
    text: str
    link: str


def words_for_citizen(card: ProfileCard) -> CitizenWords:
    """Return what is said to the citizen, in the language of their card."""
    with use_language(card.content.language, service="pledges"):
        return CitizenWords(
            _("Your profile card"),
            _("Scan the code to see your card, to correct it or to withdraw it. Keep it to yourself."),
            _("Or type the address:"),
        )


DONE: Final = MappingProxyType(
    {
        "written": N_("The card is saved."),
        "photo": N_("The photo is on the card."),
        "photo_removed": N_("The photo is off the card."),
        "withdrawn": N_("The card is withdrawn. Page, photo and QR code open nothing any more."),
        "link": N_(
            "There is a new QR code. Those that were printed before open nothing any more: print the card again."
        ),
        "seen": N_("The citizen's change is marked as seen."),
    }
)
"""What was just done with a card."""
