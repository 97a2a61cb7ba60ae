"""The person that a letter is about, as its head says: name, birth, sex, how far the identity is proved."""

from datetime import date

import msgspec

from server.letters.agreement import agreed
from server.letters.visit import VisitSaid

_STATUS = {"PROV": "identité provisoire", "VALI": "identité validée sur pièce"}
_SEX = {"F": "sexe féminin", "M": "sexe masculin", "I": "sexe indéterminé"}


class Identity(msgspec.Struct, frozen=True):
    """The person as recorded; ``name`` says when there is none. ``status``: of the identity."""

    family: str
    given: str
    name: str
    details: list[str]
    status: str


def identity_of(said: VisitSaid) -> Identity:
    """Return the person as the visit's records say."""
    family, given = (said.text(f"identity.{item}") or "" for item in ("birth_name", "first_given_name"))
    used = said.text("identity.used_name")
    details = []
    if used:
        details.append(f"nom utilisé\u00a0: {used}")
    born, sex = said.text("identity.birth_date"), said.text("identity.sex")
    details.append(
        agreed(f"né(e) le {date.fromisoformat(born):%d/%m/%Y}", sex)
        if born
        else "date de naissance non renseignée"
    )
    details.append(_SEX.get(sex or "", "sexe non renseigné"))
    known = " ".join(name for name in (family, given) if name)
    return Identity(
        family=family,
        given=given,
        name=known or _no_identity(said),
        details=details,
        status=_STATUS.get(said.text("identity.status") or "", "identité provisoire"),
    )


def _no_identity(said: VisitSaid) -> str:
    return "Identité refusée" if said.text("identity.mode") == "refused" else "Identité non renseignée"
