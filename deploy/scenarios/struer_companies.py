"""The 80 companies of the Struer scenario, with fictional names and CVR numbers that were never issued.

Names combine words from the nature of the western Limfjord with a trade, so none belongs to a real company. CVR numbers
have valid check digits and are above 90000000, where no number has been issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterator

STRUER, HOLSTEBRO, LEMVIG = "0671", "0661", "0665"

_PLAIN: Final = {ord("æ"): "ae", ord("ø"): "oe", ord("å"): "aa"}

TASKS: Final = {
    "shop": ("shelf_stocking", "tidying", "packing"),
    "kitchen": ("dishwashing", "light_cleaning", "canteen"),
    "industry": ("assembly", "packing", "tidying", "warehouse"),
    "transport": ("warehouse", "packing", "vehicle_washing"),
    "green": ("green_areas", "snow_clearing", "tidying"),
    "office": ("scanning", "office"),
    "workshop": ("vehicle_washing", "tidying", "warehouse"),
    "building": ("tidying", "waste_sorting", "warehouse"),
    "care": ("light_cleaning", "dishwashing", "caretaking"),
    "caretaker": ("caretaking", "green_areas", "snow_clearing", "waste_sorting"),
    "leisure": ("event_help", "green_areas", "tidying"),
    "cleaning": ("light_cleaning", "waste_sorting"),
}
"""The tasks of småjobs in each trade, as codes of the task catalogue."""

_MEMBERS: Final = (
    ("Havgus Elektronik A/S", STRUER, "industry"),
    ("Fjordkant Kabinetter A/S", STRUER, "industry"),
    ("Rørhøg Montage ApS", STRUER, "industry"),
    ("Nordenvind Logistik A/S", STRUER, "transport"),
    ("Klitrosen Dagligvarer ApS", STRUER, "shop"),
    ("Tømmerstok & Vaterpas Byg A/S", STRUER, "building"),
    ("Sandorm Autoservice ApS", STRUER, "workshop"),
    ("Tangtaget Kantinedrift ApS", STRUER, "kitchen"),
    ("Lyngbakke Planteskole ApS", STRUER, "green"),
    ("Muslingekajen Skaldyr A/S", STRUER, "industry"),
    ("Blåhat Rengøring ApS", STRUER, "cleaning"),
    ("Strandskadens Spisehus ApS", STRUER, "kitchen"),
    ("Ålekisten Plast A/S", STRUER, "industry"),
    ("Sorthøne Tryk & Skilte ApS", STRUER, "office"),
    ("Vestenom Ejendomsservice ApS", STRUER, "caretaker"),
    ("Tællelys Regnskab ApS", STRUER, "office"),
    ("Hjejlens Møbelværk A/S", HOLSTEBRO, "industry"),
    ("Tolvfod Maskinforretning A/S", HOLSTEBRO, "workshop"),
    ("Slåenhækken Plejehjem ApS", LEMVIG, "care"),
)

_OTHERS: Final = (
    ("Morgenmågen Bageri ApS", STRUER, "kitchen"),
    ("Havtorn Helsekost ApS", STRUER, "shop"),
    ("Søpindsvin Sport og Fritid ApS", STRUER, "shop"),
    ("Tornirisken Boghandel ApS", STRUER, "shop"),
    ("Kystlyng Byggemarked A/S", STRUER, "shop"),
    ("Regnbuereden Legetøj ApS", STRUER, "shop"),
    ("Sildestimen Røgeri ApS", STRUER, "kitchen"),
    ("Marehalm Camping ApS", STRUER, "leisure"),
    ("Vandkikkeren Marina ApS", STRUER, "leisure"),
    ("Isfuglen Kølemontage ApS", STRUER, "building"),
    ("Kobbersneppen El ApS", STRUER, "building"),
    ("Rottehale Metal A/S", STRUER, "industry"),
    ("Brombærkrattet Børnehus ApS", STRUER, "care"),
    ("Lærkereden Friplejehjem ApS", STRUER, "care"),
    ("Vibefløjt Vognmandsforretning ApS", STRUER, "transport"),
    ("Saltengens Osteri ApS", STRUER, "industry"),
    ("Fjordrejen Fiskeeksport A/S", STRUER, "industry"),
    ("Tagrør & Strå ApS", STRUER, "building"),
    ("Gåsepil Vask og Rens ApS", STRUER, "cleaning"),
    ("Kridtpiben Lydteknik ApS", STRUER, "industry"),
    ("Svaleklint Ingeniører ApS", STRUER, "office"),
    ("Engkarse Cykler ApS", STRUER, "workshop"),
    ("Stenbideren Bådservice ApS", STRUER, "workshop"),
    ("Natsværmer Sikkerhed ApS", STRUER, "office"),
    ("Dugfald Gartneri ApS", STRUER, "green"),
    ("Storkebens Træskofabrik ApS", HOLSTEBRO, "industry"),
    ("Hedelærke Emballage A/S", HOLSTEBRO, "industry"),
    ("Kæruld Tekstil A/S", HOLSTEBRO, "industry"),
    ("Agerhønens Foderstof A/S", HOLSTEBRO, "transport"),
    ("Guldblomme Grønt Engros A/S", HOLSTEBRO, "transport"),
    ("Pilefløjten Kontormiljø ApS", HOLSTEBRO, "office"),
    ("Sneppebæk Revision ApS", HOLSTEBRO, "office"),
    ("Rævekage Konditori ApS", HOLSTEBRO, "kitchen"),
    ("Tyttebær Catering ApS", HOLSTEBRO, "kitchen"),
    ("Dompappens Kaffebar ApS", HOLSTEBRO, "kitchen"),
    ("Hulsavs Tømrerlaug ApS", HOLSTEBRO, "building"),
    ("Kragefod Kloak og Anlæg A/S", HOLSTEBRO, "building"),
    ("Mosekonens Byggepladsservice ApS", HOLSTEBRO, "building"),
    ("Bævergnav Træpiller A/S", HOLSTEBRO, "industry"),
    ("Urhanen Bilhus A/S", HOLSTEBRO, "workshop"),
    ("Kildekalk Vinduespolering ApS", HOLSTEBRO, "cleaning"),
    ("Revling Rengøringsselskab ApS", HOLSTEBRO, "cleaning"),
    ("Porsebuskens Boligservice ApS", HOLSTEBRO, "caretaker"),
    ("Bølgeblik Landskab ApS", HOLSTEBRO, "green"),
    ("Stenpikkerens Golfpark ApS", HOLSTEBRO, "leisure"),
    ("Spurvekvid Legeland ApS", HOLSTEBRO, "leisure"),
    ("Blåklokken Tøjhus ApS", HOLSTEBRO, "shop"),
    ("Perikum Genbrugsbutik ApS", HOLSTEBRO, "shop"),
    ("Ternekolonien Fiskefilet A/S", LEMVIG, "industry"),
    ("Havkatten Netbinderi ApS", LEMVIG, "industry"),
    ("Skorpionfisk Smedje ApS", LEMVIG, "workshop"),
    ("Stormfugl Vindmølleservice A/S", LEMVIG, "workshop"),
    ("Rimtågens Mejeri A/S", LEMVIG, "industry"),
    ("Klitteknap Feriehuse ApS", LEMVIG, "cleaning"),
    ("Sandhjælme Badehotel ApS", LEMVIG, "kitchen"),
    ("Strandarve Surfskole ApS", LEMVIG, "leisure"),
    ("Bundgarnets Fiskerestaurant ApS", LEMVIG, "kitchen"),
    ("Ankerspil Havnelager A/S", LEMVIG, "transport"),
    ("Gråkragen Haveservice ApS", LEMVIG, "green"),
    ("Rosenkvist & Ræv Interiør ApS", LEMVIG, "shop"),
    ("Hvidtjørn Bosted ApS", LEMVIG, "care"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the scenario."""

    id: UUID
    name: str
    cvr: str
    municipality: str
    trade: str
    member: bool

    @property
    def tasks(self) -> tuple[str, ...]:
        """Codes of the tasks in which the company has småjobs."""
        return TASKS[self.trade]

    @property
    def mail_domain(self) -> str:
        """A domain that cannot receive mail (RFC 2606), for contacts' addresses in the demo."""
        plain = self.name.lower().translate(_PLAIN)
        return f"{''.join(letter for letter in plain.split()[0] if letter.isalnum())}.example"


def companies() -> tuple[Company, ...]:
    """Return all 80, the 19 members first."""
    numbers = _unissued_cvr_numbers()
    return tuple(
        Company(
            id=uuid5(NAMESPACE_URL, f"tilsagn:company:struer:{cvr}"),
            name=name,
            cvr=cvr,
            municipality=municipality,
            trade=trade,
            member=index < len(_MEMBERS),
        )
        for index, ((name, municipality, trade), cvr) in enumerate(zip((*_MEMBERS, *_OTHERS), numbers, strict=False))
    )


def _unissued_cvr_numbers() -> Iterator[str]:
    """Return CVR numbers above all issued ones whose weighted sum (2,7,6,5,4,3,2,1) is divisible by 11."""
    candidates = (str(number) for number in count(91_000_003, 9_973))
    valid = (
        text
        for text in candidates
        if sum(weight * int(digit) for weight, digit in zip((2, 7, 6, 5, 4, 3, 2, 1), text, strict=True)) % 11 == 0
    )
    return islice(valid, 80)
