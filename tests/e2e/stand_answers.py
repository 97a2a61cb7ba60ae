"""What is answered for each person of the stand, from its list (``stand_people``), as the screens word it."""

from tests.e2e.answers import NO, YES, Chosen, Found, Sheet, Typed
from tests.e2e.stand_people import Visitor

STAND = {
    "identity": "Identité",
    "stand": "Stand",
    "visit": "Venue",
    "information": "Information et accord",
    "vitals": "Mesures",
    "women": "Cœur des femmes",
    "exposure": "Tabac",
    "orientation": "Résultat et orientation",
}
BREATH = {
    "identity": "Identité",
    "visit": "Venue",
    "information": "Information et accord",
    "questionnaire": "Questionnaire de repérage",
    "exposure": "Expositions et antécédents",
    "vitals": "Constantes",
    "alerts": "Signes d’alerte",
    "device": "Mesure du souffle et appareil",
    "contraindications": "Contre-indications",
    "mini": "Mini-spiromètre",
    "result": "Résultat et orientation",
}
"""Titles of the sections of the two forms."""

SEX = {"F": "Féminin", "M": "Masculin"}
BIRTH_PLACE = Found("roann", "Roanne")


def identity(who: Visitor, *, complete: bool = False) -> Sheet:
    """Who they are: the five strict traits, or what somebody says at a market."""
    sheet: Sheet = {
        "identity.mode": Chosen(("Complète" if complete else "Partielle",)),
        "identity.birth_name": Typed(who.name),
        "identity.first_given_name": Typed(who.given),
        "identity.birth_date": Typed(who.born),
        "identity.sex": Chosen((SEX[who.sex],)),
    }
    if complete:
        sheet["identity.birth_place"] = BIRTH_PLACE
    return sheet | {"identity.document": Chosen(("Carte nationale" if complete else "Aucun document",))}


def reception(who: Visitor, *, complete: bool = False) -> Sheet:
    """What the reception asks: who it is, once, where from, and whether they agree."""
    if who.refused:
        return {"identity.mode": Chosen(("Refusée",))}
    return identity(who, complete=complete) | around(who)


def around(who: Visitor) -> Sheet:
    """Where from, their doctor, and whether they agree."""
    sheet: Sheet = {"visit.commune": Found("renais", "Renaison")}
    if who.gp:
        sheet["visit.attending_gp"] = Chosen(("A un médecin traitant",))
    else:
        sheet["visit.attending_gp"] = Chosen(("N’a pas de médecin traitant",))
        sheet["visit.attending_gp_search"] = YES
    return sheet | {"information.given": YES, "information.sharing": YES}


def pressure(
    who: Visitor, *, year: int | None = None, card: bool = False, again: tuple[int, int] | None = None
) -> Sheet:
    """The station of the blood pressure. ``year``: the year of birth said there, to check the label.

    ``again``: the second measure, after five minutes of rest.
    """
    assert who.pressure is not None
    sheet: Sheet = {"stand.station": Chosen(("Tension",)), "stand.adult": YES}
    if year is not None:
        sheet["stand.birth_year"] = Typed(str(year))
    if card:
        sheet["stand.from_card"] = YES
    sheet |= {
        "vitals.sbp": Typed(str(who.pressure.systolic)),
        "vitals.dbp": Typed(str(who.pressure.diastolic)),
    }
    if again is not None:
        sheet |= {"vitals.sbp_again": Typed(str(again[0])), "vitals.dbp_again": Typed(str(again[1]))}
    sheet |= {
        "orientation.review": Chosen(("Je les valide",)),
    }
    if who.pressure.high:
        sheet["orientation.to"] = Chosen(("Médecin traitant",))
        sheet["orientation.letter"] = Chosen(("Imprimé",))
    return sheet


def blood_and_weight(who: Visitor) -> Sheet:
    """The other station: capillary glucose, weight and height, whichever were measured."""
    stations = [name for name, done in (("Glycémie", who.glucose), ("Poids", who.weight)) if done]
    sheet: Sheet = {"stand.station": Chosen(tuple(stations))}
    if who.weight is not None:
        sheet["stand.adult"] = YES
    if who.glucose is not None:
        sheet |= {
            "vitals.glucose": Typed(str(who.glucose)),
            "vitals.diabetes_known": NO,
            "vitals.glucose_state": Chosen(("À jeun",)),
        }
    if who.weight is not None:
        kilos, height = who.weight
        sheet |= {"vitals.weight": Typed(kilos), "vitals.height": Typed(height)}
    sheet["orientation.review"] = Chosen(("Je les valide",))
    sheet["orientation.to"] = Chosen(("Aucune",))
    return sheet


WOMEN: Sheet = {
    "stand.station": Chosen(("Cœur des femmes",)),
    **{
        f"women.{name}": answer
        for name, answer in (
            ("pregnancy_hypertension", YES),
            ("pregnancy_diabetes", NO),
            ("preterm_birth", NO),
            ("oestrogen", NO),
            ("smokes", YES),
            ("migraine_aura", NO),
            ("menopause", NO),
            ("pcos", NO),
            ("family", NO),
            ("symptoms", NO),
        )
    },
    "orientation.review": Chosen(("Je les valide",)),
    "orientation.to": Chosen(("Sage-femme",)),
}
"""The questions about the heart of women: two factors, counted and not scored."""


def counted(who: Visitor) -> Sheet:
    """Somebody counted without a name."""
    return {
        "identity.sex": Chosen((SEX[who.sex],)),
        "identity.age_band": Chosen((who.band,)),
        "stand.station": Chosen(("Échange",)),
    }


def breath(who: Visitor, fev1: str, fev6: str) -> Sheet:
    """The case-finding of BPCO with a mini-spirometer; ``fev1`` and ``fev6`` in litres, as typed.

    The reception typed who it is on another tablet: the label is enough, and what the rules need is checked.
    """
    return {
        "identity.birth_date": Typed(who.born),
        "identity.sex": Chosen((SEX[who.sex],)),
        "questionnaire.cough": YES,
        "questionnaire.sputum": NO,
        "questionnaire.breathless": NO,
        "questionnaire.over_40": YES,
        "questionnaire.smoked": YES,
        "questionnaire.review": Chosen(("Validé",)),
        "exposure.tobacco_status": Chosen(("A fumé",)),
        "exposure.periods": Chosen(("Une seule",)),
        "exposure.period1.cigarettes": Typed("20"),
        "exposure.period1.years": Typed("25"),
        "exposure.agriculture": YES,
        "exposure.occupational": NO,
        "exposure.biomass": NO,
        "exposure.respiratory_history": Chosen(("Aucune",)),
        "alerts.signs": Chosen(("Aucun",)),
        "device.kind": Chosen(("Mini-spiromètre",)),
        "device.model": Typed("Souffle 6"),
        "device.serial": Typed("SN-0042"),
        "device.calibrated_on": Typed("02/01/2026"),
        "contraindications.screen": Chosen(("Aucune de ces",)),
        "contraindications.before.conditions": Chosen(("Rien de tout cela",)),
        "contraindications.before.bronchodilator": Chosen(("Aucun",)),
        "mini.blows": Typed("3"),
        "mini.fev1": Typed(fev1),
        "mini.fev6": Typed(fev6),
        "mini.quality": Chosen(("Correcte",)),
        "result.review": Chosen(("Validé",)),
        "result.orientation": Chosen(("Médecin traitant",)),
    }
