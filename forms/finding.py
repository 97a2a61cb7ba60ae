"""What is wrong with an answer, in words that a nurse and a coordinator understand.

A finding is clinical work, not a software error: it has a place (linkId), a stable code (docs/forms.md,
"Findings"), a severity, and a message that names what to do.
"""

import msgspec

from forms.definition import Severity

CALCULATION = "calculation"
"""A calculated value was recorded as another than the answers give, or only one of the two exists."""

MESSAGES: dict[str, tuple[Severity, str, str]] = {
    "unknown-item": (
        "error",
        "Cette question n’existe pas dans le formulaire.",
        "The form has no such question.",
    ),
    "duplicate-item": ("error", "Cette question figure deux fois.", "This question occurs twice."),
    "misplaced-item": (
        "error",
        "Cette question n’est pas dans la bonne rubrique.",
        "This question is under the wrong section.",
    ),
    "not-enabled": (
        "error",
        "Une réponse est donnée alors que la question ne se pose pas.",
        "An answer is given to a question that does not apply.",
    ),
    "required": (
        "error",
        "Répondez, ou indiquez pourquoi il n’y a pas de réponse.",
        "Answer, or state why there is no answer.",
    ),
    "absence-not-allowed": (
        "error",
        "Cette question demande une réponse.",
        "This question needs an answer.",
    ),
    "wrong-type": (
        "error",
        "La réponse n’est pas de la nature attendue.",
        "The answer is not of the expected kind.",
    ),
    "too-many-values": ("error", "Une seule réponse est possible.", "Only one answer is possible."),
    "hard-limit": (
        "error",
        "Valeur impossible\u00a0: attendu entre {minimum} et {maximum}.",
        "Impossible value: expected between {minimum} and {maximum}.",
    ),
    "decimals": (
        "error",
        "Trop de décimales\u00a0: {decimals} au plus.",
        "Too many decimals: at most {decimals}.",
    ),
    "soft-limit": (
        "warning",
        "Valeur inhabituelle (entre {minimum} et {maximum} d’ordinaire)\u00a0: confirmez.",
        "Unusual value (usually between {minimum} and {maximum}): confirm.",
    ),
    "length": (
        "error",
        "Texte trop long\u00a0: {max_length} caractères au plus.",
        "Text too long: at most {max_length} characters.",
    ),
    "curves": (
        "error",
        "Ces courbes ne peuvent pas être lues\u00a0: reprenez le fichier de l’appareil, ou retirez-le.",
        "These curves cannot be read: take the device’s file again, or remove it.",
    ),
    "text-rule": ("error", "Écriture non admise\u00a0: {reason}.", "Spelling not allowed: {reason}."),
    "date-rule": ("error", "Date impossible pour cette question.", "Impossible date for this question."),
    "year-rule": (
        "error",
        "Année de naissance impossible\u00a0: elle est après l’année de la visite.",
        "Impossible year of birth: it is after the year of the visit.",
    ),
    "option": ("error", "Cette réponse n’est pas proposée.", "This answer is not offered."),
    "exclusive": (
        "error",
        "Cette réponse exclut les autres.",
        "This answer excludes the others.",
    ),
    CALCULATION: (
        "error",
        "La valeur calculée ne correspond pas aux réponses.",
        "The calculated value does not match the answers.",
    ),
    "visit-date": ("error", "La date de la visite est à venir.", "The date of the visit is in the future."),
}

REASONS: dict[str, tuple[str, str]] = {
    "empty": ("le texte est vide", "the text is empty"),
    "length": ("plus de 100 caractères", "over 100 characters"),
    "character": (
        "lettres sans accent, espace, apostrophe et trait d’union seulement",
        "only letters without accents, space, apostrophe and hyphen",
    ),
    "start": ("ne commence ni par une espace ni par un trait d’union", "starts with a space or a hyphen"),
    "doubled": (
        "espace, apostrophe ou trait d’union redoublé",
        "doubled space, apostrophe or hyphen",
    ),
    "end": ("ne finit ni par un trait d’union ni par une apostrophe", "ends with a hyphen or an apostrophe"),
    "phone": ("numéro de téléphone incomplet", "incomplete telephone number"),
    "not-normalized": ("majuscules sans accent attendues", "capitals without accents expected"),
}


class Finding(msgspec.Struct, frozen=True):
    """One broken rule; `link_id` is empty when it concerns the whole visit."""

    link_id: str
    code: str
    severity: Severity
    message_fr: str
    message_en: str


def finding(link_id: str, code: str, **details: object) -> Finding:
    """The finding of a built-in rule, its message filled with the item's own limits."""
    severity, french, english = MESSAGES[code]
    if code == "text-rule":
        reason = REASONS[str(details["reason"])]
        return Finding(
            link_id, code, severity, french.format(reason=reason[0]), english.format(reason=reason[1])
        )
    french_details = {
        name: str(value).replace(".", ",") if name != "reason" else value for name, value in details.items()
    }
    return Finding(link_id, code, severity, french.format(**french_details), english.format(**details))
