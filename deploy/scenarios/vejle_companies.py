"""The companies of the Vejle scenario.

Names combine words from the woods and hills of eastern Jutland with a trade, so none belongs to a real company.
"""

from __future__ import annotations

from typing import Final

from deploy.scenarios.company import Company, company_id, unissued_cvr_numbers

VEJLE, KOLDING, FREDERICIA, HEDENSTED = "0630", "0621", "0607", "0766"
_FIRST_CVR: Final = 94_000_008

_COMPANIES: Final = (
    ("Bøgeløv Dagligvarer ApS", VEJLE, "shop"),
    ("Skovmærke Frugt og Grønt ApS", VEJLE, "shop"),
    ("Hulvej Lager og Pak A/S", VEJLE, "transport"),
    ("Ådalens Emballage A/S", VEJLE, "industry"),
    ("Gærdesmutte Café ApS", VEJLE, "kitchen"),
    ("Rådyrets Kantine ApS", VEJLE, "kitchen"),
    ("Anemonebakken Plejehjem ApS", VEJLE, "care"),
    ("Spættehul Tømrer og Snedker ApS", VEJLE, "building"),
    ("Mosgrøn Haveservice ApS", VEJLE, "green"),
    ("Firben Autopleje ApS", VEJLE, "workshop"),
    ("Kukkeren Regnskabshus ApS", VEJLE, "office"),
    ("Bregneskov Boligservice ApS", VEJLE, "caretaker"),
    ("Hasselnød Bageri ApS", VEJLE, "kitchen"),
    ("Egeskrub Møbler A/S", VEJLE, "industry"),
    ("Vandstær Vaskeri ApS", VEJLE, "cleaning"),
    ("Tøndersvamp Byggemarked A/S", VEJLE, "shop"),
    ("Grævlingens Fritidspark ApS", VEJLE, "leisure"),
    ("Kildevæld Bryghus ApS", VEJLE, "industry"),
    ("Natuglen Rengøring ApS", VEJLE, "cleaning"),
    ("Skrænten Boghandel ApS", VEJLE, "shop"),
    ("Ravnsbjerg Planteskole ApS", VEJLE, "green"),
    ("Lærkespor Cykler ApS", VEJLE, "workshop"),
    ("Morbær Børnehus ApS", VEJLE, "care"),
    ("Bakketop Arkivservice ApS", VEJLE, "office"),
    ("Stævnemøde Selskabslokaler ApS", VEJLE, "leisure"),
    ("Dådyr Genbrug ApS", VEJLE, "shop"),
    ("Kløverbladet Køkken ApS", VEJLE, "kitchen"),
    ("Tunneldal Transport A/S", VEJLE, "transport"),
    ("Havørnen Fiskehal ApS", FREDERICIA, "industry"),
    ("Voldgravens Ejendomme ApS", FREDERICIA, "caretaker"),
    ("Fyrbøder Logistik A/S", FREDERICIA, "transport"),
    ("Koldblod Isenkram ApS", KOLDING, "shop"),
    ("Slotsmose Tekstil A/S", KOLDING, "industry"),
    ("Ellesump Anlægsgartnere ApS", KOLDING, "green"),
    ("Hvepsebo Montage ApS", HEDENSTED, "industry"),
    ("Markskel Maskinservice ApS", HEDENSTED, "workshop"),
)


def companies() -> tuple[Company, ...]:
    """Return all of them, in the order in which the effort met them."""
    numbers = unissued_cvr_numbers(_FIRST_CVR)
    return tuple(
        Company(company_id("vejle", cvr), name, cvr, municipality, trade, member=False)
        for (name, municipality, trade), cvr in zip(_COMPANIES, numbers, strict=False)
    )
