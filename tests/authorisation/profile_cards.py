"""Profile cards of participants of every ownership, and requests for them."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from services.pledges.participants.profile_cards.tokens import random_secret, write_token
from shared.secrets import hash_secret
from shared.ui.formats import local_date
from tests.authorisation.matrix import Ask, Probe, expected_marks, taskforce_of
from tests.authorisation.pledges_world import NOW, PledgesWorld

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.participants.profile_cards.domain import LinkKind
    from shared.http.policy import Caller, Ownership

_TODAY: Final = local_date(NOW).isoformat()
_FORM: Final = {
    "preferred_name": "Ny",
    "words": "Jeg",
    "language": "da",
    "basis": "public_task",
    "valid_from": _TODAY,
    "valid_until": _TODAY,
    "version": "1",
}


def _picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (200, 200)).save(content, "PNG")
    return content.getvalue()


_PICTURE: Final = _picture()


async def _with_card(world: PledgesWorld, caller: Caller, ownership: Ownership) -> tuple[UUID, str]:
    """Give a participant a card without a link, as it was before any request. Returns their id and the name on it."""
    found = world.participants.of(caller, ownership)
    name = f"Kort {found.case_reference}"
    if ownership != "missing":
        await world.superuser.execute("delete from participants.links where participant_id = $1", found.id)
        await world.superuser.execute(
            """
            insert into participants.profile_cards
                   (taskforce_id, participant_id, version, preferred_name, words, tasks, language, photo, photo_type,
                    photo_alt, basis, valid_from, valid_until, changed_at)
            values ($1, $2, 1, $3, $3, '{}', 'da', $4, 'image/png', $3, 'public_task', current_date - 1,
                    current_date + 90, now())
                on conflict (taskforce_id, participant_id) do update
               set version = 1, preferred_name = excluded.preferred_name, words = excluded.words,
                   photo = excluded.photo, photo_type = excluded.photo_type, photo_alt = excluded.photo_alt,
                   basis = excluded.basis, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
                   withdrawn_at = null
            """,
            taskforce_of(ownership),
            found.id,
            name,
            _PICTURE,
        )
    return found.id, name


async def _link(world: PledgesWorld, ownership: Ownership, kind: LinkKind) -> tuple[str, str]:
    """Make a link for a card. Returns its token and the name on the card."""
    participant_id, name = await _with_card(world, "caseworker", ownership)
    secret = hashlib.sha256(participant_id.bytes + kind.encode()).digest()[: len(random_secret())]
    if ownership != "missing":
        await world.superuser.execute(
            """
            insert into participants.links
                   (taskforce_id, id, participant_id, kind, secret_hash, made_at, expires_at)
            values ($1, gen_random_uuid(), $2, $3, $4, now(), now() + interval '90 days')
            """,
            taskforce_of(ownership),
            participant_id,
            kind,
            hash_secret(secret),
        )
    return write_token(taskforce_of(ownership), secret), name


def _staff(method: str, path: str, *, success: int = 200, named: bool = True, **send: Any) -> Probe:
    """The card of a participant, for staff. named: whether the answer shows what is on it."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        participant_id, name = await _with_card(world, caller, ownership)
        shows = expected_marks(ownership, name) if named else ()
        return Ask(method, f"/participants/{path.format(id=participant_id)}", dict(send), success=success, shows=shows)

    return probe


def _by_link(
    kind: LinkKind, method: str, path: str = "", *, success: int = 200, named: bool = True, **send: Any
) -> Probe:
    """The page of a card, for anybody with its link."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        token, name = await _link(world, ownership, kind)
        shows = expected_marks(ownership, name) if named else ()
        prefix = "/card/mine" if kind == "citizen" else "/card"
        return Ask(method, f"{prefix}/{token}{path}", dict(send), success=success, shows=shows)

    return probe


async def _printed(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A card that has no link for its code."""
    participant_id, _name = await _with_card(world, caller, ownership)
    return Ask("GET", f"/participants/{participant_id}/card/card.pdf", success=409)


_CARD: Final = "/participants/{participant_id:uuid}/card"
_OWN: Final = "/card/mine/{token}"

PROFILE_CARD_PROBES: Final[dict[tuple[str, str], Probe]] = {
    (f"GET {_CARD}", "profile card"): _staff("GET", "{id}/card"),
    (f"GET {_CARD}/edit", "profile card"): _staff("GET", "{id}/card/edit"),
    (f"POST {_CARD}", "profile card"): _staff("POST", "{id}/card", success=303, named=False, data=_FORM),
    ("POST /participants/photos/{participant_id:uuid}", "profile card"): _staff(
        "POST",
        "photos/{id}",
        success=303,
        named=False,
        data={"alt": "Et foto"},
        files={"photo": ("x.png", _PICTURE)},
    ),
    (f"POST {_CARD}/photo/remove", "profile card"): _staff("POST", "{id}/card/photo/remove", success=303, named=False),
    (f"GET {_CARD}/photo", "profile card"): _staff("GET", "{id}/card/photo", named=False),
    (f"GET {_CARD}/card.pdf", "profile card"): _printed,
    (f"GET {_CARD}/withdraw", "profile card"): _staff("GET", "{id}/card/withdraw", named=False),
    (f"POST {_CARD}/withdraw", "profile card"): _staff("POST", "{id}/card/withdraw", success=303, named=False),
    (f"POST {_CARD}/link", "profile card"): _staff("POST", "{id}/card/link", success=303, named=False),
    (f"POST {_CARD}/handover", "profile card"): _staff("POST", "{id}/card/handover", named=False),
    (f"POST {_CARD}/seen", "profile card"): _staff("POST", "{id}/card/seen", success=303, named=False),
    ("GET /card/{token}", "card page"): _by_link("card", "GET"),
    ("GET /card/{token}/photo", "card page"): _by_link("card", "GET", "/photo", named=False),
    (f"GET {_OWN}", "card page"): _by_link("citizen", "GET"),
    (f"GET {_OWN}/photo", "card page"): _by_link("citizen", "GET", "/photo", named=False),
    # A card that has no link for its code is answered like none.
    (f"GET {_OWN}/card.pdf", "card page"): _by_link("citizen", "GET", "/card.pdf", success=404, named=False),
    (f"POST {_OWN}", "card page"): _by_link(
        "citizen", "POST", success=303, named=False, data={"words": "Jeg retter det", "version": "1"}
    ),
    (f"GET {_OWN}/withdraw", "card page"): _by_link("citizen", "GET", "/withdraw", named=False),
    (f"POST {_OWN}/withdraw", "card page"): _by_link("citizen", "POST", "/withdraw", named=False),
}
