"""The pages of hires: `confirming` makes one, with its answers kept in the `draft` until they are checked; `case` is
the page of one that was confirmed."""

from fastapi import APIRouter

from services.pledges.hires.pages import case, confirming

router = APIRouter()
for pages in (confirming, case):
    router.include_router(pages.router)
