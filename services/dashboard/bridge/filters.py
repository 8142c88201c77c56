"""The filters of a bridge or a list, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.bridge.names import COMPANIES, EVENTS, names
from shared.i18n.translations import gettext as _
from shared.product.industries import SECTIONS
from shared.product.municipalities import municipality_name

if TYPE_CHECKING:
    from datetime import datetime

    from services.dashboard.measures.selection import Filters
    from shared.db.database import Connection


async def in_words(conn: Connection, filters: Filters, known_at: datetime | None) -> list[str]:
    """Return each filter that is set, with the names that were known: `Municipality: Struer`."""
    words = []
    if filters.event_id is not None:
        title = (await names(conn, EVENTS, [filters.event_id], known_at)).get(filters.event_id)
        words.append(f"{_('Event')}: {title or _('An event not yet known here')}")
    if filters.company_id is not None:
        name = (await names(conn, COMPANIES, [filters.company_id], known_at)).get(filters.company_id)
        words.append(f"{_('Company')}: {name or _('A company without a published name')}")
    if filters.municipality is not None:
        words.append(f"{_('Municipality')}: {municipality_name(filters.municipality)}")
    if filters.industry is not None:
        words.append(f"{_('Industry')}: {_(SECTIONS[filters.industry].label)}")
    return words
