"""A letter's content: plain texts, ready to be set; what a coordinator typed beside what was signed.

Everything is data for the template: no text of anybody's becomes Typst source. No matricule is known here;
what is written like one (a NIR) is taken out.
"""

from datetime import date

import msgspec
from sqlmodel import Session, col, select

from forms.communes import table as communes
from server.clock import local_day
from server.letters.agreement import agreed
from server.letters.file_name import file_type
from server.letters.identity import Identity, identity_of
from server.letters.parts import Part, parts_of
from server.letters.typed import Typed
from server.letters.visit import VisitSaid
from server.store.control import Campaign, Member, Organization, Stop

_SEEN = "Vu(e)"
_REMOTE_DOCTOR = "avis à distance, nom donné par le médecin lui-même, par le lien de"
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


class LetterContent(msgspec.Struct, frozen=True):
    """All that the template sets. ``number`` is empty until issued, ``replaces`` if it replaces none.

    ``seen``: the word for the visit, which agrees with the person's sex. ``file_type``: the kind of document
    in the file's name.
    """

    number: str
    replaces: str
    day: str
    organisation: str
    setting: str
    stop: str
    visit: str
    recipient: list[str]
    object: str
    identity: Identity
    seen: str
    opening: list[str]
    parts: list[Part]
    closing: list[str]
    produced_by: list[str]
    validated_by: str
    file_type: str


def compose(
    session: Session,
    said: VisitSaid,
    typed: Typed,
    *,
    visit_number: str,
    validated_by: str,
    day: date,
    number: str = "",
    replaces: str = "",
) -> LetterContent:
    """Put a letter together; ``day``: on which it is made."""
    latest = said.records[-1]
    organization = session.exec(select(Organization)).one()
    campaign = session.get(Campaign, latest.campaign_id)
    stop = session.get(Stop, latest.stop_id)
    return LetterContent(
        number=number,
        replaces=replaces,
        day=french_day(day),
        organisation=organization.title,
        setting=campaign.title if campaign is not None else "",
        stop=_stop(stop),
        visit=visit_number,
        recipient=_lines(typed.recipient),
        object=" ".join(typed.object.split()),
        identity=identity_of(said),
        seen=agreed(_SEEN, said.text("identity.sex")),
        opening=_lines(typed.opening),
        parts=parts_of(said, stop.day if stop is not None else local_day(latest.signed_at)),
        closing=_lines(typed.closing),
        produced_by=_authors(session, said),
        validated_by=validated_by,
        file_type=file_type(said.forms),
    )


def french_day(day: date) -> str:
    """Return ``23 novembre 2026``, ``1er …`` on the first of a month."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines() if line.strip()]


def _stop(stop: Stop | None) -> str:
    if stop is None:
        return "lieu non connu"
    commune = communes().by_code.get(stop.commune)
    place = stop.name if commune is None or commune.name in stop.name else f"{stop.name} ({commune.name})"
    return f"{place}, le {french_day(stop.day)}"


def _authors(session: Session, said: VisitSaid) -> list[str]:
    ids = list(dict.fromkeys(record.member_id for record in said.records))
    named = {*ids, *([said.link_by] if said.link_by is not None else [])}
    members = {member.id: member for member in session.exec(select(Member).where(col(Member.id).in_(named)))}
    authors = [
        f"{members[member].name} ({members[member].profession})" if member in members else "membre inconnu"
        for member in ids
    ]
    # Nobody signed with a key: the name is the one that was typed through the link.
    if said.advised_by is None:
        return authors
    asking = members.get(said.link_by or "")
    through = asking.name if asking is not None else "membre inconnu"
    return [*authors, f"{said.advised_by} ({_REMOTE_DOCTOR} {through})"]
