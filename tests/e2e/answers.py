"""What a test types into a consultation: by question, in the order of the form, as the screen words it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """A text, a number or a date typed on the keypad."""

    text: str


@dataclass(frozen=True)
class Chosen:
    """One or several tiles, by the beginning of their words."""

    labels: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """Something searched for, then taken from the list."""

    query: str
    option: str


@dataclass(frozen=True)
class Absent:
    """No answer, and why."""

    reason: str


Entry = Typed | Chosen | Found | Absent
Sheet = dict[str, Entry]

YES, NO = Chosen(("Oui",)), Chosen(("Non",))


def person(name: str, given: str, birth_date: str, sex: str = "Féminin") -> Sheet:
    """Return the identity section for somebody who gives the five strict traits."""
    return {
        "identity.mode": Chosen(("Complète",)),
        "identity.birth_name": Typed(name),
        "identity.first_given_name": Typed(given),
        "identity.birth_date": Typed(birth_date),
        "identity.sex": Chosen((sex,)),
        "identity.birth_place": Found("roann", "Roanne"),
        "identity.document": Chosen(("Aucun document",)),
        "identity.legal_status": Chosen(("Majeur, sans mesure",)),
    }


RECEPTION: Sheet = {
    "visit.commune": Found("belmont de la l", "Belmont-de-la-Loire"),
    "visit.booking": Chosen(("Rendez-vous par téléphone",)),
    "visit.attending_gp": Chosen(("N’a pas de médecin traitant",)),
    "visit.attending_gp_search": YES,
    "visit.long_term_condition": NO,
    "visit.frailty": NO,
    "reasons.reason": Chosen(("Renouvellement", "Douleur")),
    "history.allergies_status": Chosen(("Aucune allergie",)),
    "history.treatments_status": Chosen(("Aucun traitement",)),
    "history.conditions_status": Chosen(("Aucun antécédent",)),
}
VITALS: Sheet = {
    "vitals.sbp": Typed("128"),
    "vitals.dbp": Typed("76"),
    "vitals.temp": Typed("37,2"),
    "vitals.weight": Typed("64,5"),
    "vitals.height": Typed("168"),
}
CONCLUSION: Sheet = {
    "conclusion.notes": Typed("Examen sans particularité."),
    "conclusion.outcome": Chosen(("Conseils",)),
    "conclusion.follow_up": Chosen(("Aucun suivi",)),
    "conclusion.documents": Chosen(("Aucun document",)),
    "information.given": YES,
    "information.sharing": YES,
}
