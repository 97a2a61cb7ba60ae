"""Why what was signed is not simply integrated: codes, whose turn it is, and the words for people (wire §4).

One catalogue for receipts, quarantine and screens; a code that is not here is never written.
"""

from enum import StrEnum
from typing import NamedTuple


class Turn(StrEnum):
    """Who has to act."""

    AUTHOR = "author"
    SUPPORT = "support"


class Reason(NamedTuple):
    """One reason. ``waits``: it may pass by itself, once central knows what is named; tried again then."""

    code: str
    turn: Turn | None
    french: str
    english: str
    waits: bool = False


_SUPPORT = Turn.SUPPORT
_AUTHOR = Turn.AUTHOR

REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "id-mismatch",
            _SUPPORT,
            "L’identifiant ne correspond pas au contenu.",
            "The id does not match the content.",
        ),
        Reason(
            "not-an-envelope",
            _SUPPORT,
            "Le document n’est pas une enveloppe Escale.",
            "The document is not an Escale envelope.",
        ),
        Reason(
            "unknown-key",
            _SUPPORT,
            "L’enveloppe est scellée pour une clé inconnue ici.",
            "The envelope is sealed to a key unknown here.",
            waits=True,
        ),
        Reason(
            "decryption-failed",
            _SUPPORT,
            "L’enveloppe ne s’ouvre pas.",
            "The envelope does not open.",
        ),
        Reason(
            "bad-padding",
            _SUPPORT,
            "Le contenu de l’enveloppe est altéré.",
            "The envelope’s content is damaged.",
        ),
        Reason(
            "signer-unknown",
            _SUPPORT,
            "Le signataire n’est pas encore confirmé.",
            "The signer is not confirmed yet.",
            waits=True,
        ),
        Reason(
            "signer-mismatch",
            _SUPPORT,
            "La fiche n’est pas signée par la personne ou la tablette qu’elle nomme.",
            "The record is not signed by the person or tablet that it names.",
        ),
        Reason(
            "signature-invalid",
            _SUPPORT,
            "La signature n’est pas valable.",
            "The signature does not hold.",
        ),
        Reason(
            "payload-invalid",
            _SUPPORT,
            "La fiche signée n’a pas la forme attendue.",
            "The signed record is not of the expected form.",
        ),
        Reason(
            "organization-mismatch",
            _SUPPORT,
            "La fiche est celle d’une autre organisation.",
            "The record belongs to another organisation.",
        ),
        Reason(
            "team-mismatch",
            _SUPPORT,
            "La fiche est celle d’une autre équipe.",
            "The record belongs to another team.",
        ),
        Reason(
            "restriction-mismatch",
            _SUPPORT,
            "La fiche n’est pas scellée comme elle est signée, confidentielle ou non.",
            "The record is not sealed as it is signed, confidential or not.",
        ),
        Reason(
            "unknown-stop",
            _SUPPORT,
            "L’escale n’est pas encore connue.",
            "The stop is not known yet.",
            waits=True,
        ),
        Reason(
            "unknown-form",
            _SUPPORT,
            "Cette version du formulaire n’est pas encore connue.",
            "This version of the form is not known yet.",
            waits=True,
        ),
        Reason(
            "form-digest-mismatch",
            _SUPPORT,
            "Le formulaire rempli n’est pas celui qui a été publié.",
            "The form filled in is not the one published.",
        ),
        Reason(
            "content-invalid",
            _AUTHOR,
            "Des réponses sont à corriger.",
            "Some answers must be corrected.",
        ),
        Reason(
            "date-impossible",
            _SUPPORT,
            "La date de signature est impossible\u00a0: l’horloge de la tablette est à régler.",
            "The signing date is impossible: the tablet’s clock must be set.",
        ),
        Reason(
            "internal-error",
            _SUPPORT,
            "Un défaut du logiciel empêche de lire cette fiche\u202f; elle est conservée.",
            "A software fault prevents reading this record; it is kept.",
        ),
        Reason(
            "decision-invalid",
            _SUPPORT,
            "Une décision de relecture n’est pas lisible.",
            "A reviewer’s decision cannot be read.",
        ),
        Reason(
            "review",
            _AUTHOR,
            "Le coordinateur demande une correction.",
            "The coordinator asks for a correction.",
        ),
        Reason(
            "superseded",
            None,
            "Une correction remplace cette fiche.",
            "A correction replaces this record.",
        ),
        Reason(
            "entered-in-error",
            None,
            "Cette fiche a été saisie par erreur.",
            "This record was entered in error.",
        ),
        Reason(
            "photo-digest",
            None,
            "La photo reçue n’est pas celle qui a été prise\u202f: elle est écartée, à reprendre.",
            "The photo received is not the one taken: it is set aside, and to be taken again.",
        ),
        Reason(
            "photo-format",
            None,
            "La photo n’est pas une image JPEG lisible\u202f: elle est écartée, à reprendre.",
            "The photo is not a readable JPEG image: it is set aside, and to be taken again.",
        ),
        Reason(
            "photo-size",
            None,
            "La photo n’a pas les dimensions annoncées\u202f: elle est écartée, à reprendre.",
            "The photo is not of the size announced: it is set aside, and to be taken again.",
        ),
        Reason(
            "photo-metadata",
            None,
            "La photo porte des informations cachées (lieu, appareil)\u202f: elle est écartée, à reprendre.",
            "The photo carries hidden details (place, camera): it is set aside, and to be taken again.",
        ),
    )
}

WAITING = frozenset(code for code, reason in REASONS.items() if reason.waits)
