"""Coordinators' sessions: a row each, named by the digest of a secret that only the cookie holds."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from server.identifiers import new_secret, sha256_hex
from server.store.control import Member, Role, WebSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
TOUCH_EVERY = timedelta(minutes=1)

COORDINATORS = frozenset({Role.CLINICAL_COORDINATOR, Role.ADMINISTRATIVE_COORDINATOR})


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Who is signed in. ``form_token`` must come back in every form of this session."""

    member_id: str
    name: str
    login: str
    role: Role
    session_digest: str
    form_token: str
    must_choose_password: bool

    @property
    def is_clinical(self) -> bool:
        """Whether clinical answers and names may be shown to them (design, promise 7)."""
        return self.role is Role.CLINICAL_COORDINATOR

    def sent(self, form_token: str) -> bool:
        """Say whether a form carries this session's token."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())


def may_sign_in(member: Member | None) -> bool:
    """Say whether a member is a coordinator who was given an access that nobody withdrew."""
    return (
        member is not None
        and member.role in COORDINATORS
        and member.login is not None
        and member.password_hash is not None
        and not member.disabled
    )


def begin(session: Session, member_id: str, now: datetime) -> str:
    """Begin a session and return its secret, for the cookie; it is stored nowhere."""
    secret = new_secret()
    session.add(
        WebSession(
            secret_digest=sha256_hex(secret),
            member_id=member_id,
            csrf_token=new_secret(),
            created_at=now,
            last_used_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    return secret


def find(session: Session, secret: str, now: datetime) -> Coordinator | None:
    """Return who a cookie's secret belongs to; ``None`` when it expired or the access was withdrawn.

    Using a session keeps it alive for ``IDLE``, within ``ABSOLUTE`` of its beginning.
    """
    row = session.get(WebSession, sha256_hex(secret))
    if row is None or now >= row.expires_at or now >= row.last_used_at + IDLE:
        return None
    member = session.get(Member, row.member_id)
    if member is None or not may_sign_in(member):
        return None
    if now >= row.last_used_at + TOUCH_EVERY:
        row.last_used_at = now
        session.add(row)
    return Coordinator(
        member_id=member.id,
        name=member.name,
        login=member.login or "",
        role=member.role,
        session_digest=row.secret_digest,
        form_token=row.csrf_token,
        must_choose_password=member.password_is_one_time,
    )


def end(session: Session, session_digest: str) -> None:
    """End one session."""
    session.exec(delete(WebSession).where(col(WebSession.secret_digest) == session_digest))


def end_all(session: Session, member_id: str) -> None:
    """End every session of a member."""
    session.exec(delete(WebSession).where(col(WebSession.member_id) == member_id))


def forget_expired(session: Session, now: datetime) -> None:
    """Remove the sessions that nobody can use any more: a periodic task."""
    session.exec(
        delete(WebSession).where(
            (col(WebSession.expires_at) <= now) | (col(WebSession.last_used_at) <= now - IDLE)
        )
    )
