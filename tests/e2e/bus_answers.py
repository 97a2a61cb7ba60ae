"""What is answered for each person of the story, from its list (``bus_day``)."""

from datetime import date, timedelta

from server import clock
from tests.e2e import bus_day
from tests.e2e.answers import NO, YES, Absent, Chosen, Entry, Found, Sheet, Typed


def today() -> date:
    """Return the day it is in Paris."""
    return clock.local_day(clock.now())


BIRTH_PLACE = Found("roann", "Roanne")
STATUS = {
    "avec_mt": Chosen(("A un médecin traitant",)),
    "sans_mt": Chosen(("N’a pas de médecin traitant",)),
}
REASONS = {
    "renouvellement_ordonnance": "Renouvellement",
    "douleur": "Douleur",
    "certificat_medical": "Certificat",
    "arret_travail": "Arrêt de travail",
}
LETTER: Sheet = {
    "conclusion.documents": Chosen(("Courrier",)),
    "conclusion.delivery.letter": Chosen(("À envoyer",)),
}
MINOR: Sheet = {
    "identity.legal_status": Chosen(("Mineur",)),
    "representative.name": Typed("Anne Delorme"),
    "representative.relation": Chosen(("Mère",)),
    "representative.present": YES,
    "representative.agreed": Chosen(("La personne et le représentant",)),
}
FOLLOW_UP: Sheet = {
    "conclusion.outcome": Chosen(("Orientation vers un spécialiste",)),
    "conclusion.follow_up": Chosen(("Suivi prévu",)),
    "conclusion.follow_up_date": Typed((today() + timedelta(days=30)).strftime("%d/%m/%Y")),
    "conclusion.follow_up_by": Chosen(("Le Médicobus",)),
}


def identity() -> Sheet:
    """What is asked of an expected person beside what was booked."""
    return {
        "identity.mode": Chosen(("Complète",)),
        "identity.birth_place": BIRTH_PLACE,
        "identity.document": Chosen(("Aucun document",)),
        "identity.legal_status": Chosen(("Majeur, sans mesure",)),
    }


def coming(name: str) -> bus_day.Coming:
    """Return a person of the story's list; the year of birth tells homonyms apart."""
    return next(
        each for each in bus_day.SEEN if f"{each.name} {each.born and each.born.year}".startswith(name)
    )


def truth(value: bool | None) -> Entry:
    """Return a yes, a no, or « inconnu », which is neither."""
    return Absent("Inconnu") if value is None else YES if value else NO


def reception(name: str) -> Sheet:
    """The nurse's questions, from the story's list."""
    who = coming(name)
    sheet: Sheet = {}
    if who.booking == "sans_rdv":
        sheet["visit.commune"] = Found("belmont de la l", "Belmont-de-la-Loire")
        sheet["visit.booking"] = Chosen(("Sans rendez-vous",))
    sheet["visit.attending_gp"] = STATUS[who.attending_gp]
    if who.attending_gp == "avec_mt":
        sheet["visit.attending_gp_name"] = Typed("Dr Paulette Invention")
    else:
        sheet["visit.attending_gp_search"] = YES
    return sheet | {
        "visit.long_term_condition": truth(who.long_term_condition),
        "visit.frailty": truth(who.frailty),
        "information.given": YES,
        "information.sharing": YES,
    }


def medical(name: str) -> Sheet:
    """The doctor's questions."""
    return {
        "reasons.reason": Chosen(tuple(REASONS[reason] for reason in coming(name).reasons)),
        "history.allergies_status": Chosen(("Aucune allergie",)),
        "history.treatments_status": Chosen(("Aucun traitement",)),
        "history.conditions_status": Chosen(("Aucun antécédent",)),
        "conclusion.notes": Typed("Examen sans particularité."),
        "conclusion.outcome": Chosen(("Conseils",)),
        "conclusion.follow_up": Chosen(("Aucun suivi",)),
        "conclusion.documents": Chosen(("Aucun document",)),
    }
