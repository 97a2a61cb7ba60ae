"""What two nurses answer six months apart for one person: by question, in the form’s order."""

from tests.e2e.answers import NO, YES, Chosen, Found, Sheet, Typed

REFUSED_BECAUSE = "Préfère en parler d’abord à sa fille"

IDENTITY: Sheet = {
    "identity.mode": Chosen(("Complète",)),
    "identity.birth_place": Found("roann", "Roanne"),
    "identity.document": Chosen(("Aucun document",)),
    "identity.legal_status": Chosen(("Majeur, sans mesure",)),
}
"""What the round's list does not say of somebody expected."""

BEGINNING: Sheet = {
    "visit.attending_gp": Chosen(("A un médecin traitant",)),
    "visit.attending_gp_name": Typed("Dr Paulette Invention"),
    "context.mode": Chosen(("Avec un professionnel",)),
    "context.operator": Chosen(("Infirmier, infirmière",)),
    "context.place": Chosen(("Domicile",)),
    "context.help": Chosen(("Aucune",)),
    "information.given": YES,
    "information.sharing": YES,
    "information.to_gp": YES,
    "information.to_icope": YES,
    "words.learned": Chosen(("Au premier essai",)),
}
ORIENTED: Sheet = {f"orientation.{asked}": YES for asked in ("weekday", "day", "month", "year", "place")}
HEARS: Sheet = {
    "hearing.complaint": NO,
    "hearing.method": Chosen(("Voix chuchotée",)),
    "hearing.whisper_right": Typed("4"),
    "hearing.whisper_left": Typed("4"),
}
SERENE: Sheet = {"mood.down": NO, "mood.interest": NO, "mood.suicidal": NO}

FIRST: Sheet = {
    "vitals.sbp": Typed("132/78"),
    "vitals.weight": Typed("62,5"),
    "nutrition.weight_loss": NO,
    "nutrition.appetite_loss": NO,
    "nutrition.appetite": Chosen(("Bon",)),
    "vision.problem": YES,
    "vision.exam_12_months": NO,
    "vision.far_right": Chosen(("Lit la ligne 6/18",)),
    "vision.far_left": Chosen(("Lit seulement la ligne 6/60",)),
    "vision.near": Chosen(("Lit les petits",)),
    **HEARS,
}
"""In autumn: sees badly; eats well; hears. The chair rises are timed by the story, and are slow."""

AGAIN: Sheet = {
    "vitals.sbp": Typed("128/74"),
    "vitals.weight": Typed("61"),
    "locomotion.possible": Chosen(("Les cinq, sans les bras",)),
    "locomotion.time": Typed("11,8"),
    "nutrition.weight_loss": NO,
    "nutrition.appetite_loss": YES,
    "nutrition.appetite": Chosen(("Mauvais",)),
    "vision.problem": YES,
    "vision.exam_12_months": YES,
    "vision.far_right": Chosen(("Lit la ligne 6/18",)),
    "vision.far_left": Chosen(("Lit seulement la ligne 6/60",)),
    "vision.near": Chosen(("Lit les petits",)),
    "vision.known": YES,
    **HEARS,
}
"""In spring: rises well again; has lost their appetite; sees as badly as before, and is followed for it."""

STATES_FIRST = {
    "cognition": "Normal",
    "locomotion": "Altéré : alerte",
    "nutrition": "Normal",
    "vision": "Altéré : alerte",
    "hearing": "Normal",
    "mood": "Normal",
}
STATES_AGAIN = STATES_FIRST | {"locomotion": "Normal", "nutrition": "Altéré : alerte"}
