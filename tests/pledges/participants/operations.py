"""Who may call the operations about citizens, and what a permitted caller is answered.

Most are called for a citizen or a position that does not exist, or without a purpose; those that exist are tried in
`tests/authorisation` and beside their subjects.
"""

from __future__ import annotations

from typing import Final

READERS: Final = {"caseworker", "facilitator"}
EDITORS: Final = {"caseworker"}
PLANNERS: Final = {"coordinator", "admin"}

CITIZENS: Final[dict[tuple[str, str], tuple[set[str], int]]] = {
    ("POST", "/api/pledges/v1/hires/{hire_id}/citizen"): (EDITORS, 422),
    ("GET", "/api/pledges/v1/participants/{participant_id}/hours"): (READERS, 422),
    ("POST", "/api/pledges/v1/participants"): (EDITORS, 422),
    ("GET", "/api/pledges/v1/participants"): (READERS, 422),
    ("GET", "/api/pledges/v1/participants/{participant_id}"): (READERS, 422),
    ("PATCH", "/api/pledges/v1/participants/{participant_id}"): (EDITORS, 422),
    ("GET", "/api/pledges/v1/positions/{position_id}/candidates"): (EDITORS, 422),
    ("GET", "/api/pledges/v1/participants/{participant_id}/openings"): (EDITORS, 422),
    ("GET", "/participants/import"): (EDITORS, 200),
    ("GET", "/participants/import/skabelon.csv"): (EDITORS, 200),
    ("POST", "/participants/import"): (EDITORS, 200),
    ("POST", "/participants/import/errors"): (EDITORS, 200),
    ("GET", "/companies/outreach"): (PLANNERS | EDITORS, 200),
    ("GET", "/participants"): (READERS, 200),
    ("POST", "/participants"): (READERS, 303),
    ("GET", "/participants/{participant_id:uuid}"): (READERS, 404),
    ("POST", "/participants/{participant_id:uuid}/notes"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/notes/{note_id:uuid}/delete"): (EDITORS, 404),
    ("GET", "/participants/{participant_id:uuid}/found-job"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/found-job"): (EDITORS, 404),
    ("GET", "/participants/new"): (EDITORS, 200),
    ("POST", "/participants/new"): (EDITORS, 422),
    ("GET", "/participants/{participant_id:uuid}/edit"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/edit"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/status"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/target-group"): (EDITORS, 404),
    ("GET", "/participants/target-groups"): (PLANNERS, 200),
    ("POST", "/participants/target-groups"): (PLANNERS, 422),
    ("POST", "/participants/target-groups/{code}"): (PLANNERS, 404),
    ("GET", "/participants/rules"): (PLANNERS | READERS, 200),
    ("POST", "/participants/rules"): (PLANNERS, 422),
    ("POST", "/participants/rules/{rule_id:uuid}/end"): (PLANNERS, 422),
    ("POST", "/participants/rules/{rule_id:uuid}/withdraw"): (PLANNERS, 404),
    ("GET", "/participants/{participant_id:uuid}/hours"): (READERS, 404),
    ("GET", "/participants/{participant_id:uuid}/card"): (READERS, 404),
    ("GET", "/participants/{participant_id:uuid}/card/edit"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card"): (EDITORS, 404),
    ("POST", "/participants/photos/{participant_id:uuid}"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card/photo/remove"): (EDITORS, 404),
    ("GET", "/participants/{participant_id:uuid}/card/photo"): (READERS, 404),
    ("GET", "/participants/{participant_id:uuid}/card/card.pdf"): (READERS, 404),
    ("GET", "/participants/{participant_id:uuid}/card/withdraw"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card/withdraw"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card/link"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card/handover"): (EDITORS, 404),
    ("POST", "/participants/{participant_id:uuid}/card/seen"): (EDITORS, 404),
    ("GET", "/queue/positions/{position_id:uuid}/candidates"): (EDITORS, 404),
    ("POST", "/queue/positions/{position_id:uuid}/candidates"): (EDITORS, 404),
    ("POST", "/queue/positions/{position_id:uuid}/needs"): (EDITORS, 404),
    ("GET", "/queue/positions/{position_id:uuid}/candidates/{participant_id:uuid}"): (EDITORS, 404),
    ("POST", "/queue/positions/{position_id:uuid}/candidates/{participant_id:uuid}"): (EDITORS, 404),
    ("GET", "/queue/positions/{position_id:uuid}/matched"): (EDITORS, 404),
    ("GET", "/participants/{participant_id:uuid}/openings"): (EDITORS, 404),
}

CARDS: Final = frozenset(
    {
        ("GET", "/card/mine/{token}"),
        ("GET", "/card/mine/{token}/photo"),
        ("GET", "/card/mine/{token}/card.pdf"),
        ("POST", "/card/mine/{token}"),
        ("GET", "/card/mine/{token}/withdraw"),
        ("POST", "/card/mine/{token}/withdraw"),
        ("GET", "/card/{token}"),
        ("GET", "/card/{token}/photo"),
    }
)
"""Everybody who has the link may call these."""
