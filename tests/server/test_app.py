"""Housekeeping: what is used up is forgotten, what still serves is kept."""

import pytest
from sqlmodel import select

from server.app import keep_house
from server.auth import sessions, throttle
from server.routes.services import Services
from server.store.control import LoginAttempt, WebSession
from tests.support.organisation import NOON, Seeded


@pytest.mark.anyio
async def test_housekeeping_forgets_ended_sessions_and_old_login_tries(
    services: Services, seeded: Seeded
) -> None:
    with services.store.session() as session:
        for began in (NOON - sessions.ABSOLUTE, NOON):
            sessions.begin(session, seeded.clinical, began)
        for login, tried in (("ancienne", NOON - 2 * throttle.FORGET_AFTER), ("recente", NOON)):
            throttle.charge(session, login, login, tried)
    await keep_house(services)
    with services.store.session() as session:
        kept = session.exec(select(WebSession)).one()
        counters = session.exec(select(LoginAttempt.blocked_until)).all()
    assert kept.created_at == NOON
    assert len(counters) == 2
    assert all(until is not None and until >= NOON for until in counters)
