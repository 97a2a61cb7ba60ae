"""Signing in and choosing a password: who is who, at the price of one Argon2id verification each time."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlmodel import Session, select

from server.auth import passwords, sessions, throttle
from server.auth.errors import LoginRefused
from server.auth.passwords import PasswordFault
from server.auth.sessions import Coordinator
from server.store.control import Member, Role
from server.store.database import Store


@cache
def _decoy() -> str:
    """Return what is verified when the login is unknown, so that the answer takes as long as for a known one.

    Made at the first try rather than at import: every command would wait for it.
    """
    return passwords.digest("no password has this digest")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that just began: its cookie ``secret`` and whose it is."""

    secret: str
    member_id: str
    role: Role


def normal_login(typed: str) -> str:
    """Return a login as stored: without surrounding spaces, in lower case."""
    return typed.strip().casefold()


def member_of(session: Session, login: str) -> Member | None:
    """Return the member whose login it is, typed in any case."""
    return session.exec(select(Member).where(Member.login == normal_login(login))).one_or_none()


def sign_in(store: Store, login: str, password: str, address: str, now: datetime) -> SignedIn:
    """Verify a login and a password, and begin a session.

    Raise ``TooManyTries`` while a delay runs, ``LoginRefused`` when they do not go together.
    """
    login, decoy = normal_login(login), _decoy()
    with store.session() as session:
        throttle.charge(session, login, address, now)
        member = member_of(session, login)
    known = member is not None and sessions.may_sign_in(member)
    stored = member.password_hash if known and member is not None else None
    # Outside any transaction: the verification takes a tenth of a second and a lock would queue everybody.
    right = passwords.matches(stored or decoy, password)
    if member is None or stored is None or not right:
        raise LoginRefused
    with store.session() as session:
        throttle.forgive(session, login, address)
        if passwords.is_outdated(stored):
            current = session.get_one(Member, member.id)
            current.password_hash = passwords.digest(password)
            session.add(current)
        return SignedIn(sessions.begin(session, member.id, now), member.id, member.role)


def choose_password(
    store: Store, coordinator: Coordinator, current: str, chosen: str, repeated: str, now: datetime
) -> tuple[str, list[PasswordFault]]:
    """Replace a coordinator's password; end their other sessions; return the new session's secret.

    When something is wrong with the chosen password, return no secret and what is wrong, and change nothing.
    Raise ``LoginRefused`` when ``current`` is not their password, ``TooManyTries`` while a delay runs.
    """
    address, decoy = f"session {coordinator.session_digest}", _decoy()
    with store.session() as session:
        throttle.charge(session, coordinator.login, address, now)
        stored = session.get_one(Member, coordinator.member_id).password_hash or decoy
    if not passwords.matches(stored, current):
        raise LoginRefused
    found = passwords.faults(chosen, login=coordinator.login)
    if chosen != repeated:
        found.append(PasswordFault.DIFFERENT)
    if chosen == current:
        found.append(PasswordFault.UNCHANGED)
    renewed = passwords.digest(chosen) if not found else ""
    with store.session() as session:
        throttle.forgive(session, coordinator.login, address)
        if found:
            return "", found
        member = session.get_one(Member, coordinator.member_id)
        member.password_hash = renewed
        member.password_is_one_time = False
        session.add(member)
        sessions.end_all(session, member.id)
        return sessions.begin(session, member.id, now), []
