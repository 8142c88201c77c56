"""Why a profile card, its photo or its link is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class CardNotShown(Refusal):
    """A link opens no card: it is unknown, revoked or expired, or the card is. The answer does not say which."""

    code = "card-not-shown"
    kind = "not_found"
    title = N_("There is no card here")
    detail = N_("The card is no longer valid, or the link is not complete. Ask the person who gave it to you.")


class CardNotFound(Refusal):
    """The participant has no card that could be printed, withdrawn, or given a photo."""

    code = "profile-card-unknown"
    kind = "not_found"
    title = N_("There is no profile card")
    detail = N_("Write one first.")


class CardWithdrawn(Refusal):
    """The card was withdrawn, so it has nothing that could be changed."""

    code = "profile-card-withdrawn"
    kind = "conflict"
    title = N_("The profile card has been withdrawn")
    detail = N_("Write a new one, if the citizen wants that.")


class StaleCard(Refusal):
    """The card has changed since the version that the page showed."""

    code = "profile-card-stale"
    kind = "stale"
    title = N_("Somebody has changed the card before you")
    detail = N_("Look at it again and compare.")


class ConsentDayMissing(Refusal):
    """A card by consent does not say when the citizen consented."""

    code = "consent-day-missing"
    kind = "invalid"
    title = N_("The day of the consent is missing")
    detail = N_("Say on which day the citizen consented.")
    field = "/consented_on"


class ConsentAhead(Refusal):
    """The citizen cannot have consented yet."""

    code = "consent-ahead"
    kind = "invalid"
    title = N_("The day of the consent is in the future")
    detail = N_("The consent comes before the card.")
    field = "/consented_on"


class ValidityBackwards(Refusal):
    """The last day is before the first."""

    code = "card-validity-backwards"
    kind = "invalid"
    title = N_("The card ends before it begins")
    detail = N_("The last day cannot be before the first.")
    field = "/valid_until"


class ValidityTooLong(Refusal):
    """The card would be valid for longer than a year."""

    code = "card-validity-too-long"
    kind = "invalid"
    title = N_("The card is valid for too long")
    detail = N_("A card is valid for twelve months at most. Ask the citizen again after that.")
    field = "/valid_until"


class ValidityOver(Refusal):
    """The card would never be shown."""

    code = "card-validity-over"
    kind = "invalid"
    title = N_("The card would have expired already")
    detail = N_("Choose a last day that is not over.")
    field = "/valid_until"


class PhotoRefused(Refusal):
    """The uploaded file is no photo that can be on a card."""


class PhotoOfOtherKind(PhotoRefused):
    """The file is no JPEG, PNG or WebP picture."""

    code = "photo-kind"
    kind = "invalid"
    title = N_("The file is not a photo that can be read")
    detail = N_(
        "It has to be a JPEG, PNG or WebP picture. On an iPhone, choose “Most compatible” under Camera, Formats."
    )
    field = "/photo"


class PhotoTooLarge(PhotoRefused):
    """The file has too many bytes."""

    code = "photo-too-large"
    kind = "invalid"
    title = N_("The file is too large")
    detail = N_("A photo has 8 MB at most.")
    field = "/photo"


class PhotoTooManyPixels(PhotoRefused):
    """The picture has too many pixels. It was not decoded."""

    code = "photo-pixels"
    kind = "invalid"
    title = N_("The photo has too many pixels")
    detail = N_("A photo has 25 megapixels at most. Take it with a lower resolution, or crop it.")
    field = "/photo"


class PhotoTooSmall(PhotoRefused):
    """The picture has too few pixels, or is far too long and thin."""

    code = "photo-too-small"
    kind = "invalid"
    title = N_("The photo is too small")
    detail = N_("It has to be at least 200 pixels wide and high, and no long strip.")
    field = "/photo"


class PhotoAnimated(PhotoRefused):
    """The picture moves."""

    code = "photo-animated"
    kind = "invalid"
    title = N_("The picture moves")
    detail = N_("Choose a photo that stands still.")
    field = "/photo"


class PhotoBroken(PhotoRefused):
    """The picture is truncated or damaged."""

    code = "photo-broken"
    kind = "invalid"
    title = N_("The photo is damaged")
    detail = N_("It cannot be read to its end. Choose another one, or save it again.")
    field = "/photo"


class LinkMissing(Refusal):
    """No link opens the card, so it cannot be printed with a code."""

    code = "card-link-missing"
    kind = "conflict"
    title = N_("The card has no QR code")
    detail = N_("Make a new QR code, or let the card be valid for longer.")
