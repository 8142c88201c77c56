"""The 80 companies of the Struer scenario.

Names combine words from the nature of the western Limfjord with a trade, so none belongs to a real company.
"""

from __future__ import annotations

from typing import Final

from deploy.scenarios.company import Company, company_id, unissued_cvr_numbers

STRUER, HOLSTEBRO, LEMVIG = "0671", "0661", "0665"
_FIRST_CVR: Final = 91_000_003

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


def companies() -> tuple[Company, ...]:
    """Return all 80, the 19 members first."""
    numbers = unissued_cvr_numbers(_FIRST_CVR)
    return tuple(
        Company(
            id=company_id("struer", cvr),
            name=name,
            cvr=cvr,
            municipality=municipality,
            trade=trade,
            member=index < len(_MEMBERS),
        )
        for index, ((name, municipality, trade), cvr) in enumerate(zip((*_MEMBERS, *_OTHERS), numbers, strict=False))
    )
