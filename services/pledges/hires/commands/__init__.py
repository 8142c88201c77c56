"""The use cases of hires: confirming one, and each change of it. What a use case returns has been committed.

Locks are always taken in one order: the pledge first, then its hire.
"""

from services.pledges.hires.commands.changing import (
    add_step,
    answer_checkpoint,
    correct_hire,
    end_hire,
    remove_step,
    resume_hire,
    revoke_hire,
)
from services.pledges.hires.commands.citizens import change_citizen
from services.pledges.hires.commands.confirming import check_hire, confirm_hire
from services.pledges.hires.commands.contact_persons import change_contact_person, hand_over

__all__ = [
    "add_step",
    "answer_checkpoint",
    "change_citizen",
    "change_contact_person",
    "check_hire",
    "confirm_hire",
    "correct_hire",
    "end_hire",
    "hand_over",
    "remove_step",
    "resume_hire",
    "revoke_hire",
]
