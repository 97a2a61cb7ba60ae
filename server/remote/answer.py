"""The remote doctor's answer: read from the page, checked by the form, written once as an act (wire §5.2)."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, update

from forms.definition import Form
from server.central.databases import DECISIONS
from server.identifiers import sha256_hex
from server.keys.organisation import OrganisationKeys
from server.plain_text import without_controls
from server.planning.members import rpps_holds
from server.projection.acts import FormNamed, RemoteAnswer, RemoteSatisfaction, document_id, sealed_document
from server.questionnaire.asked import Asked, Given, of_sections
from server.questionnaire.typed import Typed, first, flat
from server.questionnaire.versions import latest
from server.remote.request import Request
from server.store.remote import RemoteLink
from sync.engine import Engine
from sync.errors import Conflict

ASKED: Final = ("outcome.main", "outcome.answer", "outcome.notes", "outcome.next_date")
"""What the link asks of the form; the name and the RPPS number are the page's own fields."""
SATISFACTION_URL: Final = "https://escale.example/fhir/Questionnaire/teleconsultation-satisfaction-physician"
SATISFACTION_PREFIX: Final = "s-"
MAX_NAME: Final = 120
RPPS_DIGITS: Final = 11


class AlreadyAnswered(Exception):
    """The link was answered: in another tab, or a moment ago."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers, as typed. ``faults``: codes; ``rpps-check`` is a warning that the same number confirms."""

    name: str
    rpps: str
    faults: tuple[str, ...]

    @property
    def may_be_confirmed(self) -> bool:
        """Whether all that is left to say is that the number is unusual."""
        return self.faults == ("rpps-check",)


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that the page sent, checked. ``satisfaction`` is None when the form is not published."""

    outcome: Given
    satisfaction: Given | None
    signature: Signature

    @property
    def is_sound(self) -> bool:
        """Whether it may be kept."""
        pleased = self.satisfaction is None or not self.satisfaction.answers or self.satisfaction.is_sound
        return self.outcome.is_sound and pleased and not self.signature.faults


def outcome_asked(request: Request) -> Asked:
    """Return the questions of the outcome, as the request's own form version has them."""
    return Asked(form=request.form, link_ids=ASKED, day=request.day, context=request.context, ahead=True)


def satisfaction_asked(forms: Mapping[tuple[str, str], Form], request: Request) -> Asked | None:
    """Return the physician's satisfaction, in the latest version; None when none is published."""
    form = latest(forms, SATISFACTION_URL)
    if form is None:
        return None
    return Asked(form=form, link_ids=of_sections(form), day=request.day, prefix=SATISFACTION_PREFIX)


def opinion_of(outcome: Asked, satisfaction: Asked | None, typed: Typed) -> Opinion:
    """Read and check what the page sent. Satisfaction that nobody touched asks for nothing."""
    pleased = satisfaction.given(typed) if satisfaction is not None else None
    if satisfaction is not None and pleased is not None and not is_touched(satisfaction, typed):
        pleased = satisfaction.nothing()
    return Opinion(outcome.given(typed), pleased, signature_of(typed))


def is_touched(asked: Asked, typed: Typed) -> bool:
    """Whether anything was answered among these questions."""
    names = (asked.prefix + item.link_id for item in asked.items)
    return any(text.strip() for name in names for text in typed.get(name, ()))


def signature_of(typed: Typed) -> Signature:
    """Read who answers, without characters that nobody sees.

    The RPPS number is optional; one whose check digit fails is asked about once.
    """
    name = " ".join(without_controls(first(typed, "signed_name")).split())
    rpps = "".join(first(typed, "rpps").split())
    faults = []
    if not name:
        faults.append("name")
    elif len(name) > MAX_NAME:
        faults.append("name-long")
    if rpps and not (len(rpps) == RPPS_DIGITS and rpps.isascii() and rpps.isdecimal()):
        faults.append("rpps")
    elif rpps and not rpps_holds(rpps) and first(typed, "rpps_confirmed") != rpps:
        faults.append("rpps-check")
    return Signature(name, rpps, tuple(faults))


def act_of(
    link: RemoteLink, request: Request, opinion: Opinion, satisfaction: Asked | None, at: datetime
) -> RemoteAnswer:
    """Return the act that says so."""
    pleased = None
    if satisfaction is not None and opinion.satisfaction is not None and opinion.satisfaction.answers:
        form = satisfaction.form
        pleased = RemoteSatisfaction(FormNamed(form.url, form.version), flat(opinion.satisfaction.answers))
    return RemoteAnswer(
        subject=f"{link.visit_id}:{link.team_id}",
        member=link.member_id,
        at=at,
        form=FormNamed(request.form.url, request.form.version),
        answers=flat(opinion.outcome.answers),
        satisfaction=pleased,
        signed_name=opinion.signature.name,
        rpps=opinion.signature.rpps or None,
        link=link.id,
    )


async def write(engine: Engine, keys: OrganisationKeys, act: RemoteAnswer, at: datetime) -> None:
    """Write the act. Its key is the link's: raises ``AlreadyAnswered`` for a second, through any process."""
    key = str(uuid.UUID(hex=sha256_hex(f"remote_answer:{act.link}")[:32]))
    body = await asyncio.to_thread(sealed_document, key, act, keys, at)
    try:
        await engine.put(DECISIONS, document_id(key), body, revision=None)
    except Conflict as conflict:
        raise AlreadyAnswered from conflict


def close(session: Session, link: RemoteLink, at: datetime) -> None:
    """Mark a link as answered; one that is keeps its first instant."""
    session.connection().execute(
        update(RemoteLink)
        .where(col(RemoteLink.id) == link.id, col(RemoteLink.answered_at).is_(None))
        .values(answered_at=at)
    )
