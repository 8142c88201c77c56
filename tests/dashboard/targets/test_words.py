"""What is said and drawn of targets, and what is not."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

import pytest

from services.dashboard.targets.domain import Progress, Terms, forecast
from services.dashboard.targets.words import draw_targets, finding, target_rows
from shared.i18n.translations import use_language
from shared.product.targets import TARGET_MEASURES

TODAY: Final = date(2026, 12, 1)
TERMS: Final = Terms(
    UUID(int=1), 1, TARGET_MEASURES["still_employed_6"], "smaajob", 40, date(2020, 9, 1), date(2026, 12, 31)
)


def test_a_hidden_share_is_drawn_the_same_whatever_it_is() -> None:
    drawings = set()
    for counted, ripe in ((1, 9), (8, 9), (2, 40)):
        one = forecast(TERMS, Progress(counted, 36, ripe=ripe, begun=60, best_quarter=9), TODAY)
        rows = target_rows([one], hides_small=True)
        drawings.add(draw_targets("targets", rows, 700).svg + str(rows[0].cells) + str(rows[0].sentences))
    assert len(drawings) == 1


@pytest.mark.parametrize(
    ("language", "of_ripe", "of_all"),
    [
        ("da", "56\N{NO-BREAK SPACE}% (39 af 70)", "32\N{NO-BREAK SPACE}% (39 af 121)"),
        ("en", "56% (39 of 70)", "32% (39 of 121)"),
    ],
)
def test_the_training_track_of_ikast_brande_can_be_told(language: str, of_ripe: str, of_all: str) -> None:
    one = forecast(TERMS, Progress(39, 36, ripe=70, begun=121, best_quarter=18), TODAY)
    with use_language(language, "dashboard"):  # type: ignore[arg-type]
        [row] = target_rows([one], hides_small=False)
        assert (row.so_far, row.of_all) == (of_ripe, of_all)
        assert len(finding([row]).split()) <= 10
