"""One-time links: drawn for an assistant, opened with a code, ended by an answer, by time, or by a newer one.

What opens a link is never stored: the table has the digest of its secret, and of its code together with the
secret (six digits by themselves would be found again from their digest in a second).
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from server.clock import local_day
from server.enrolment.slots import members_of
from server.errors import NotAllowed, NotFound, Refused
from server.identifiers import new_secret, new_uuid, sha256_hex
from server.remote.request import consent_refused
from server.review import access_log
from server.review.access_log import Action, Actor, Outcome
from server.store.control import Device, RosterEntry, Stop
from server.store.notices import Attendance
from server.store.read import ENDED, Record
from server.store.remote import Opinion, RemoteLink

LIFETIME: Final = timedelta(hours=24)
MAX_TRIES: Final = 5
MOST_DAYS: Final = timedelta(days=1)
"""How far from today a stop may be: a visit past midnight, a request prepared the day before."""
CODE_DIGITS: Final = 6
OBJECT: Final = "remote-link"
"""What the access log calls a link."""
REMOTE_ROLE: Final = "remote_physician"
"""The role of whoever holds a link, in the access log; the actor is then the link."""


class LinkState(StrEnum):
    """Where a link stands; a link that a newer one replaced is expired."""

    WAITING = "waiting"
    OPENED = "opened"
    ANSWERED = "answered"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """What an assistant asks for: ids, and the doctor's name as they know it.

    ``member``: whose slot signed. ``again``: another answer is wanted beside the one that is there.
    """

    device: str
    visit: str
    stop: str
    member: str
    physician: str | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link as it is told once, to the tablet that asked; nothing else ever holds its secret and code."""

    id: str
    secret: str
    code: str
    expires_at: datetime


def issue(session: Session, order: LinkOrder, now: datetime) -> IssuedLink:
    """Draw a link to a visit of the device's team, end the visit's former ones, and log it.

    Raises ``NotFound`` for a stop of another team or a visit that is not of the stop, ``NotAllowed``
    (``member-unknown``), ``Refused``: ``stop-day``; ``consent-refused`` when the person refused the
    teleconsultation; ``link-answered`` unless another answer is wanted.
    """
    team, today = session.get_one(Device, order.device).team_id, local_day(now)
    stop = session.get(Stop, order.stop)
    if stop is None or stop.team_id != team:
        raise NotFound.of("not-found")
    asking = {member.id: member for member in members_of(session, team, today)}.get(order.member)
    if asking is None:
        raise NotAllowed.of("member-unknown")
    if abs(stop.day - today) > MOST_DAYS:
        raise Refused.of("stop-day")
    if not _is_of(session, order.visit, team, stop.id):
        raise NotFound.of("not-found")
    if consent_refused(session, order.visit, team):
        raise Refused.of("consent-refused")
    if not order.again and _is_answered(session, order.visit, team):
        raise Refused.of("link-answered")
    issued = IssuedLink(
        new_uuid(), new_secret(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}", now + LIFETIME
    )
    session.connection().execute(
        update(RemoteLink)
        .where(
            col(RemoteLink.visit_id) == order.visit,
            col(RemoteLink.team_id) == team,
            col(RemoteLink.ended_at).is_(None),
            col(RemoteLink.answered_at).is_(None),
        )
        .values(ended_at=now)
    )
    session.add(
        RemoteLink(
            id=issued.id,
            secret_digest=sha256_hex(issued.secret),
            code_digest=_code_digest(issued.secret, issued.code),
            session_key=new_secret(),
            visit_id=order.visit,
            team_id=team,
            stop_id=order.stop,
            device_id=order.device,
            member_id=order.member,
            physician=order.physician,
            created_at=now,
            expires_at=issued.expires_at,
        )
    )
    who = Actor(asking.id, asking.role)
    access_log.append(session, who, Action.CREATE_REMOTE_LINK, OBJECT, issued.id, Outcome.DONE, at=now)
    return issued


def _is_of(session: Session, visit: str, team: str, stop: str) -> bool:
    """Whether a visit is of this team's stop: by a current record, else by nothing that says otherwise.

    One of which nothing has arrived yet is the tablet's to name.
    """
    here = team, stop
    records = select(Record.team_id, Record.stop_id).where(Record.visit_id == visit)
    current = set(session.exec(records.where(col(Record.state).not_in(ENDED))))
    if current:
        return here in current
    attended = select(Attendance.team_id, Attendance.stop_id).where(Attendance.visit_id == visit)
    expected = (
        select(Stop.team_id, Stop.id)
        .join(RosterEntry, col(RosterEntry.stop_id) == col(Stop.id))
        .where(RosterEntry.id == visit)
    )
    known = {*session.exec(records), *session.exec(attended), *session.exec(expected)}
    return known <= {here}


def _is_answered(session: Session, visit: str, team: str) -> bool:
    """Whether a remote doctor answered already, even a moment ago."""
    if session.get(Opinion, (visit, team)) is not None:
        return True
    answered = select(RemoteLink.id).where(
        RemoteLink.visit_id == visit, RemoteLink.team_id == team, col(RemoteLink.answered_at).is_not(None)
    )
    return session.exec(answered.limit(1)).first() is not None


def find(session: Session, secret: str) -> RemoteLink | None:
    """Return the link of a secret."""
    return session.exec(select(RemoteLink).where(RemoteLink.secret_digest == sha256_hex(secret))).first()


def of_device(session: Session, identifier: str, device: str) -> RemoteLink:
    """Return a link that this tablet asked for; raise ``NotFound`` for any other."""
    link = session.get(RemoteLink, identifier)
    if link is None or link.device_id != device:
        raise NotFound.of("not-found")
    return link


def state_of(link: RemoteLink, now: datetime) -> LinkState:
    """Return where a link stands."""
    if link.answered_at is not None:
        return LinkState.ANSWERED
    if link.ended_at is not None or link.expires_at <= now:
        return LinkState.EXPIRED
    if link.tries >= MAX_TRIES:
        return LinkState.LOCKED
    return LinkState.WAITING if link.opened_at is None else LinkState.OPENED


def read_code(typed: str) -> str | None:
    """Return the six digits that were typed, whatever their width and spaces; None when it is no code."""
    digits = "".join(unicodedata.normalize("NFKC", typed).split())
    is_code = len(digits) == CODE_DIGITS and digits.isascii() and digits.isdecimal()
    return digits if is_code else None


def try_code(session: Session, link: RemoteLink, secret: str, code: str, now: datetime) -> bool:
    """Say whether this is the link's code (of ``read_code``), and count it when it is not; both are logged.

    The try is charged before the code is compared, in one statement: tries sent together cannot pass the
    fifth. On a link that is not open any more nothing is compared.
    """
    charged: CursorResult[Any] = session.connection().execute(
        update(RemoteLink)
        .where(
            col(RemoteLink.id) == link.id,
            col(RemoteLink.tries) < MAX_TRIES,
            col(RemoteLink.answered_at).is_(None),
            col(RemoteLink.ended_at).is_(None),
            col(RemoteLink.expires_at) > now,
        )
        .values(tries=col(RemoteLink.tries) + 1)
    )
    is_right = hmac.compare_digest(link.code_digest, _code_digest(secret, code)) and charged.rowcount == 1
    if is_right:
        session.connection().execute(
            update(RemoteLink)
            .where(col(RemoteLink.id) == link.id)
            .values(tries=col(RemoteLink.tries) - 1, opened_at=link.opened_at or now)
        )
    outcome = Outcome.DONE if is_right else Outcome.REFUSED
    access_log.append(session, actor(link), Action.OPEN_REMOTE_LINK, OBJECT, link.id, outcome, at=now)
    session.refresh(link)
    return is_right


def actor(link: RemoteLink) -> Actor:
    """Return whoever holds a link, as the access log names them."""
    return Actor(link.id, REMOTE_ROLE)


def session_secret(link: RemoteLink, secret: str) -> str:
    """Return what the cookie of whoever gave the code holds: nobody makes it without link and table both."""
    return _keyed(link, f"session:{secret}")


def form_token(link: RemoteLink, secret: str) -> str:
    """Return the token that the forms of a link carry."""
    return _keyed(link, f"form:{secret}")


def same(expected: str, given: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(expected.encode(), given.encode())


def _keyed(link: RemoteLink, text: str) -> str:
    return hmac.new(link.session_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _code_digest(secret: str, code: str) -> str:
    return sha256_hex(f"escale-link-code:{secret}:{code}")
