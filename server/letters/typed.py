"""What a coordinator writes in a letter beside what was signed: what is proposed, and what is wrong."""

import msgspec

from server.letters.agreement import agreed
from server.letters.nir import has_nir
from server.letters.rules import rule_of
from server.letters.visit import VisitSaid

MAX_LINE = 120
MAX_LINES = 6
MAX_TEXT = 2000
DEFAULT_OBJECT = "Compte rendu"
DEFAULT_OPENING = "Docteur,\nVotre patient(e) a été reçu(e) lors du passage décrit ici."
DEFAULT_CLOSING = "Nous restons à votre disposition pour tout complément."


class Typed(msgspec.Struct, frozen=True):
    """What a coordinator may change."""

    recipient: str
    object: str
    opening: str
    closing: str


def defaults(said: VisitSaid) -> Typed:
    """Return what the form proposes: the doctor's name as recorded, or the usual doctor's, undeclared.

    What the results amount to is in the opening: it is read first.
    """
    opening = agreed(DEFAULT_OPENING, said.text("identity.sex"))
    return Typed(
        recipient=said.text("visit.attending_gp_name") or said.text("visit.undeclared_gp") or "",
        object=" – ".join(dict.fromkeys(rule_of(form).object for form in said.forms)) or DEFAULT_OBJECT,
        opening="\n".join([opening, *_conclusions(said)]),
        closing=DEFAULT_CLOSING,
    )


def _conclusions(said: VisitSaid) -> list[str]:
    rules = (rule for form in said.forms for rule in rule_of(form).conclusions)
    return [
        rule.text
        for rule in rules
        if all(said.text(link_id) == code for link_id, code in {rule.link_id: rule.code, **rule.when}.items())
    ]


def faults(typed: Typed) -> tuple[str, ...]:
    """Return what is wrong with what was typed, as codes."""
    recipient = typed.recipient.strip().splitlines()
    wrong = {
        "recipient": not recipient,
        "recipient-long": len(recipient) > MAX_LINES or any(len(line) > MAX_LINE for line in recipient),
        "object": not typed.object.strip(),
        "object-long": len(typed.object) > MAX_LINE,
        "text-long": max(len(typed.opening), len(typed.closing)) > MAX_TEXT,
        "nir": any(has_nir(text) for text in msgspec.structs.astuple(typed)),
    }
    return tuple(code for code, is_wrong in wrong.items() if is_wrong)
