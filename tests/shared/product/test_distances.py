"""How far apart municipalities are."""

from __future__ import annotations

from itertools import pairwise
from math import acos, cos, radians, sin

import pytest

from shared.product.distances import MAIN_TOWNS, distance_km
from shared.product.municipalities import MUNICIPALITIES


@pytest.mark.parametrize(("one", "other"), [("0671", "0661"), ("0101", "0851"), ("0400", "0561"), ("0630", "0630")])
def test_the_distance_between_two_municipalities_is_the_great_circle_between_their_main_towns(
    one: str, other: str
) -> None:
    here, there = MAIN_TOWNS[one], MAIN_TOWNS[other]
    # The spherical law of cosines: another formula than the one that is tested.
    cosine = sin(radians(here.latitude)) * sin(radians(there.latitude)) + cos(radians(here.latitude)) * cos(
        radians(there.latitude)
    ) * cos(radians(here.longitude - there.longitude))
    assert distance_km(one, other) == pytest.approx(6371 * acos(min(cosine, 1)), abs=0.1)
    assert distance_km(other, one) == distance_km(one, other)


def test_every_municipality_has_a_town_of_its_own_in_denmark() -> None:
    assert set(MAIN_TOWNS) == set(MUNICIPALITIES)
    assert all(54.5 < town.latitude < 57.8 and 8 < town.longitude < 15.3 for town in MAIN_TOWNS.values())
    places = sorted((town.latitude, town.longitude) for town in MAIN_TOWNS.values())
    assert all(one != other for one, other in pairwise(places))


def test_the_distance_to_an_unknown_municipality_is_unknown() -> None:
    assert distance_km("0671", "9999") is None
