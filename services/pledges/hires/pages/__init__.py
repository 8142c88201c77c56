"""The pages of hires: `confirming` makes one, with its answers kept in the `draft` until they are checked; `case` is
the page of one that was confirmed, and `correcting` corrects it.

What the page of a hire offers is in `changes`, what its forms send in `change_forms`.
"""

from fastapi import APIRouter

from services.pledges.hires.pages import case, confirming, correcting

router = APIRouter()
for pages in (confirming, correcting, case):
    router.include_router(pages.router)
