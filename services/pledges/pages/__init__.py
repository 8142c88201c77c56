"""The HTML pages: the intake, lists and single pledges, the case workers' queue, the import. Templates are beside it.

They translate forms into commands and read models into pages; what they show of persons is decided in `access`.
"""

from fastapi import APIRouter

from services.pledges.pages import imports, intake, queue, reading

router = APIRouter(include_in_schema=False)
router.include_router(intake.router)
router.include_router(imports.router)
router.include_router(queue.router)
router.include_router(reading.router)

__all__ = ["router"]
