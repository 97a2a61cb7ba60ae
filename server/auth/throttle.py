"""Growing delays between login tries, for one login and for one address; never a permanent lock.

A try is charged *before* the password is verified and given back when it was right, so that tries sent
together cannot slip past the delay while the first is still being verified.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, delete, select

from server.auth.errors import TooManyTries
from server.identifiers import sha256_hex
from server.store.control import LoginAttempt

MAX_DELAY_S = 60
FORGET_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is counted (``kind``, ``name``) and how many failures are free of delay."""

    kind: str
    name: str
    free_failures: int

    @property
    def subject(self) -> str:
        """The key of the counter: a digest, for a password typed into the login field must not be stored."""
        return f"{self.kind}:{sha256_hex(self.name)}"


def allowances(login: str, address: str) -> tuple[Allowance, Allowance]:
    """Return the two counters of a try; an office behind one address has more free failures than a login."""
    return Allowance("login", login, 3), Allowance("address", address, 12)


def delay_s(failures: int, free_failures: int) -> int:
    """Return the seconds to wait after so many failures: none, then 1, 2, 4 … up to ``MAX_DELAY_S``."""
    if failures <= free_failures:
        return 0
    return int(min(MAX_DELAY_S, 2 ** min(failures - free_failures - 1, 10)))


def _counter(session: Session, subject: str) -> LoginAttempt:
    """Return the counter, locked for this transaction.

    The insertion takes SQLite's write lock, the selection PostgreSQL's row lock.
    """
    session.connection().execute(
        text(
            "INSERT INTO login_attempt (subject, failures) VALUES (:subject, 0) "
            "ON CONFLICT (subject) DO NOTHING"
        ),
        {"subject": subject},
    )
    return session.exec(select(LoginAttempt).where(LoginAttempt.subject == subject).with_for_update()).one()


def charge(session: Session, login: str, address: str, now: datetime) -> None:
    """Count one try for the login and for the address.

    Raise ``TooManyTries``, counting nothing, while a delay is running for either.
    """
    counted = [(allowance, _counter(session, allowance.subject)) for allowance in allowances(login, address)]
    waits = [
        (counter.blocked_until - now).total_seconds()
        for _, counter in counted
        if counter.blocked_until is not None
    ]
    if waits and max(waits) > 0:
        raise TooManyTries(min(MAX_DELAY_S, int(max(waits)) + 1))
    for allowance, counter in counted:
        stale = counter.blocked_until is not None and counter.blocked_until + FORGET_AFTER < now
        counter.failures = 1 if stale else counter.failures + 1
        counter.blocked_until = now + timedelta(seconds=delay_s(counter.failures, allowance.free_failures))
        session.add(counter)


def forgive(session: Session, login: str, address: str) -> None:
    """Forget the login's failures; give back one try of the address, whose earlier failures still count."""
    by_login, by_address = allowances(login, address)
    session.exec(delete(LoginAttempt).where(col(LoginAttempt.subject) == by_login.subject))
    counter = _counter(session, by_address.subject)
    counter.failures = max(0, counter.failures - 1)
    session.add(counter)


def forget_old(session: Session, now: datetime) -> None:
    """Remove the counters whose delay ended long ago: a periodic task."""
    session.exec(delete(LoginAttempt).where(col(LoginAttempt.blocked_until) < now - FORGET_AFTER))
