"""What is answered in the story of a teleconsultation that drops: by question, as the screens word it."""

from tests.e2e.answers import NO, YES, Chosen, Found, Sheet, Typed

SECTIONS = {
    "identity": "Identité",
    "visit": "Venue",
    "request": "Demande",
    "information": "Information et accord",
    "consent": "Accord pour la téléconsultation",
    "history": "Antécédents",
    "devices": "Objets connectés et gestes",
    "vitals": "Constantes",
    "photos": "Photos",
    "outcome": "Issue",
    "quality": "Qualité technique",
    "satisfaction": "Votre avis d’accompagnant",
}
STATUS = "Provisoire"
"""Of an identity that no document proves, as the form calculates it."""
ATTENDING_GP, PHYSICIAN = "Dr Paulette Invention", "Dr Sylvain Invention"
REASON = "Toux grasse depuis trois jours, fatigue."
QUESTION = "Faut-il un antibiotique, ou attendre ?"
ADVICE = (
    "Pas d’antibiotique ce jour. Hydratation ; rappeler si la saturation passe sous 90\N{NO-BREAK SPACE}%."
)
BMI = "23,4"
"""58,4 kg and 158 cm, by hand: 58.4 / 1.58² = 23.39."""

IDENTITY: Sheet = {
    "identity.mode": Chosen(("Complète",)),
    "identity.birth_place": Found("roann", "Roanne"),
    "identity.document": Chosen(("Aucun document",)),
    "identity.legal_status": Chosen(("Majeur, sans mesure",)),
}
"""What the care home's list does not say of somebody expected."""

_ASKED: Sheet = {
    "visit.attending_gp": Chosen(("A un médecin traitant",)),
    "visit.attending_gp_name": Typed(ATTENDING_GP),
    "request.place": Chosen(("EHPAD",)),
    "request.facility": Typed("Résidence Les Tilleuls"),
    "request.requested_by": Chosen(("L’EHPAD",)),
    "request.assistant_role": Chosen(("Infirmière, infirmier",)),
    "request.physician_kind": Chosen(("Son remplaçant",)),
    "request.physician_name": Typed(PHYSICIAN),
    "request.urgency": Chosen(("Dans les 24 heures",)),
    "request.reason": Typed(REASON),
    "request.question": Typed(QUESTION),
    "information.given": YES,
    "information.sharing": YES,
}
REQUEST: Sheet = _ASKED | {
    "consent.teleconsultation": Chosen(("Oui, donné par la personne",)),
    "consent.images": YES,
    "consent.report_to_gp": YES,
    "history.allergies_status": Chosen(("Aucune allergie",)),
    "history.treatments_status": Chosen(("Aucun traitement",)),
    "history.conditions_status": Chosen(("Aucun antécédent",)),
    "devices.used": Chosen(("Stéthoscope", "Oxymètre", "Tensiomètre", "Thermomètre")),
    "devices.gestures": Chosen(("Auscultation",)),
    "vitals.sbp": Typed("142"),
    "vitals.dbp": Typed("81"),
    "vitals.hr": Typed("88"),
    "vitals.spo2": Typed("93"),
    "vitals.oxygen": NO,
    "vitals.temp": Typed("38,1"),
    "vitals.weight": Typed("58,4"),
    "vitals.height": Typed("158"),
}
REFUSED: Sheet = _ASKED | {
    "consent.teleconsultation": Chosen(("Non",)),
    "consent.instead": Chosen(("Consultation en présence",)),
    "consent.refusal": Typed("Préfère voir son médecin"),
}
"""A refusal ends the act: nothing is asked after it."""

BEFORE_THE_CUT: Sheet = {
    "quality.video": Chosen(("Moyenne",)),
    "quality.audio": Chosen(("Mauvais",)),
}
AFTER_THE_CUT: Sheet = {
    "quality.incident": Chosen(("Coupure",)),
    "quality.incident_moment": Chosen(("Pendant",)),
    "quality.dropped": YES,
    "quality.fallback": Chosen(("Terminé par téléphone",)),
}
CLOSED: Sheet = {
    "outcome.extra_home_visit": NO,
    "outcome.report_sent": Chosen(("Au médecin traitant",)),
}
ASSISTANT: Sheet = {
    "satisfaction.installation": Chosen(("4",)),
    "satisfaction.time": Chosen(("3",)),
    "satisfaction.ease": Chosen(("5",)),
    "satisfaction.training": Chosen(("4",)),
    "satisfaction.role": Chosen(("5",)),
    "satisfaction.communication": Chosen(("2",)),
    "satisfaction.benefit": Chosen(("4",)),
    "satisfaction.travel_avoided": Chosen(("5",)),
}
DOCTOR = {
    "La qualité de l’image": "4",
    "La qualité du son": "2",
    "Les données des objets": "5",
    "L’accompagnant": "5",
    "J’ai pu répondre": "4",
    "Mon niveau de certitude": "3",
    "Le dossier transmis": "5",
    "Je referais": "4",
}
"""The doctor's satisfaction: the beginning of each sentence, and its mark."""
