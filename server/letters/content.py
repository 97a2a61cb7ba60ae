"""A letter's content: plain texts, ready to be set; what a coordinator typed beside what was signed.

Everything is data for the template: no text of anybody's becomes Typst source. No matricule is known here;
what is written like one (a NIR) is taken out.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources

import msgspec
from sqlmodel import Session, col, select

from forms.communes import table as communes
from forms.definition import Form
from forms.present import ABSENCES
from server.letters.agreement import agreed
from server.letters.identity import Identity, identity_of
from server.letters.visit import Said, VisitSaid
from server.store.control import Campaign, Member, Organization, Stop

MAX_LINE = 120
MAX_LINES = 6
MAX_TEXT = 2000
FILE_TYPE = "Compte-rendu-consultation"
DEFAULT_OBJECT = "Compte rendu"
DEFAULT_OPENING = "Docteur,\nVotre patient(e) a été reçu(e) lors du passage décrit ici."
DEFAULT_CLOSING = "Nous restons à votre disposition pour tout complément."
_SEEN = "Vu(e)"
_UNANSWERED = "Non renseigné"
_REMOTE_DOCTOR = "avis à distance, nom donné par le médecin lui-même, par le lien de"
_REMOVED = "[numéro de sécurité sociale retiré]"
_NIR = re.compile(
    r"""(?<!\d) [12378] [\s.]? \d{2} [\s.]? (?:0[1-9]|1[0-2]|[2-9]\d) [\s.]? (?:\d{2}|2[AB])
    [\s.]? \d{3} [\s.]? \d{3} (?:[\s.]?\d{2})? (?!\d)""",
    re.VERBOSE,
)
"""Sex, year, month, department, commune, order, perhaps the key."""
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


class Part(msgspec.Struct, frozen=True):
    """A titled part: questions with their values, then labels by the reason why they have no answer."""

    title: str
    lines: list[tuple[str, list[str]]]
    absences: list[tuple[str, list[str]]]


class Typed(msgspec.Struct, frozen=True):
    """What a coordinator may change."""

    recipient: str
    object: str
    opening: str
    closing: str


class LetterContent(msgspec.Struct, frozen=True):
    """All that the template sets. ``number`` is empty until issued, ``replaces`` if it replaces none.

    ``seen``: the word for the visit, which agrees with the person's sex.
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


class _PartRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``items``: linkIds, or their beginnings, ending in a dot. ``expected``: told even when unanswered."""

    title: str
    items: tuple[str, ...]
    expected: tuple[str, ...]

    def takes(self, link_id: str) -> bool:
        return any(link_id == item or (item[-1] == "." and link_id.startswith(item)) for item in self.items)


class _Conclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is proposed to be written when an item has this code, and ``when`` another has that one."""

    link_id: str
    code: str
    text: str
    when: dict[str, str] = {}


class _LetterRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How records of a form are told: the letter's object, its parts, what is proposed to conclude with."""

    object: str
    conclusions: tuple[_Conclusion, ...]
    parts: tuple[_PartRule, ...]


@cache
def _rules() -> dict[str, _LetterRule]:
    content = resources.files("server.letters").joinpath("parts.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, _LetterRule])


def _rule(form: Form) -> _LetterRule:
    """Return how a form's records are told; one without a rule of its own, section by section."""
    known = _rules().get(form.url.rpartition("/")[2])
    if known is not None:
        return known
    sections = (section for section in form.items if section.link_id not in _NOT_TOLD)
    parts = (_PartRule(section.text, (f"{section.link_id}.",), ()) for section in sections)
    return _LetterRule(form.title, (), tuple(parts))


_NOT_TOLD = frozenset({"identity", "representative", "visit", "information"})
"""Sections that the head of a letter says, or that are nobody's but the network's."""


def defaults(said: VisitSaid) -> Typed:
    """Return what the form proposes: the doctor's name as recorded, or the usual doctor's, undeclared."""
    return Typed(
        recipient=said.text("visit.attending_gp_name") or said.text("visit.undeclared_gp") or "",
        object=" – ".join(dict.fromkeys(_rule(form).object for form in said.forms)) or DEFAULT_OBJECT,
        opening=agreed(DEFAULT_OPENING, said.text("identity.sex")),
        closing="\n".join([*_conclusions(said), DEFAULT_CLOSING]),
    )


def _conclusions(said: VisitSaid) -> list[str]:
    rules = (rule for form in said.forms for rule in _rule(form).conclusions)
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
        "nir": any(_NIR.search(text) for text in msgspec.structs.astuple(typed)),
    }
    return tuple(code for code, is_wrong in wrong.items() if is_wrong)


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
    return LetterContent(
        number=number,
        replaces=replaces,
        day=french_day(day),
        organisation=organization.title,
        setting=campaign.title if campaign is not None else "",
        stop=_stop(session.get(Stop, latest.stop_id)),
        visit=visit_number,
        recipient=_lines(typed.recipient),
        object=" ".join(typed.object.split()),
        identity=identity_of(said),
        seen=agreed(_SEEN, said.text("identity.sex")),
        opening=_lines(typed.opening),
        parts=[_part(rule, said, form) for form in said.forms for rule in _rule(form).parts],
        closing=_lines(typed.closing),
        produced_by=_authors(session, said),
        validated_by=validated_by,
    )


def file_name(identity: Mapping[str, str], day: date) -> str:
    """Return the name of the file (socle MSSanté ECO.2.1.6): day of the visit, type, name, first name.

    ``identity``: that of the letter's content as it was kept.
    """
    parts = [_plain(identity["family"]) or "IDENTITE-NON-RENSEIGNEE", _plain(identity["given"])]
    return "_".join(part for part in (f"{day:%Y%m%d}", FILE_TYPE, *parts) if part) + ".pdf"


def french_day(day: date) -> str:
    """Return ``23 novembre 2026``, ``1er …`` on the first of a month."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def without_nir(text: str) -> str:
    """Return a text with any number written like a NIR taken out, and a word that says so."""
    return _NIR.sub(_REMOVED, text)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-")[:60]


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


def _part(rule: _PartRule, said: VisitSaid, form: Form) -> Part:
    lines: list[tuple[str, list[str]]] = []
    absences: dict[str, list[str]] = {}
    asked = [link_id for link_id in form.index if rule.takes(link_id) or link_id in rule.expected]
    for link_id in asked:
        item = form.index[link_id]
        found = said.said.get(link_id)
        if not item.is_leaf or (item.hidden and not item.setting) or item.type not in _TOLD:
            continue
        if found is not None and found.row.values:
            lines.append((_label(found), [without_nir(value) for value in _values(found)]))
        elif found is not None and found.row.absence is not None:
            absences.setdefault(found.row.absence, []).append(_label(found))
        elif link_id in rule.expected:
            absences.setdefault(_UNANSWERED, []).append(item.text)
    return Part(rule.title, lines, _in_order(absences))


_TOLD = frozenset({"string", "text", "integer", "decimal", "quantity", "date", "boolean", "choice"})
"""Types of items that a letter tells in words; an attachment stays in the record."""


def _in_order(absences: Mapping[str, Sequence[str]]) -> list[tuple[str, list[str]]]:
    reasons = [french for french, _ in ABSENCES.values()] + [_UNANSWERED]
    return [(reason, list(absences[reason])) for reason in reasons if reason in absences]


def _label(found: Said) -> str:
    return f"{found.row.group} – {found.row.label}" if found.row.group else found.row.label


def _values(found: Said) -> list[str]:
    values = list(found.row.values)
    if found.others:
        values.append(f"(autre valeur relevée au même passage\u00a0: {', '.join(found.others)})")
    return values
