"""The pages of hires: `confirming` makes one, with its answers kept in the `draft` until they are checked."""

from fastapi import APIRouter

from services.pledges.hires.pages import confirming

router = APIRouter()
for pages in (confirming,):
    router.include_router(pages.router)
