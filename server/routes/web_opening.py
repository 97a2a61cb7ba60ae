"""Opening a record: found, allowed, its secrecy asked about, and logged, before anything is shown."""

from sqlmodel import Session

from server.auth.sessions import Coordinator
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.review.records import find_record
from server.review.restricted import check_open
from server.review.reviewer import Reviewer, reviewer
from server.routes.services import Services
from server.routes.web_session import actor
from server.store.read import Record


def find(
    services: Services, coordinator: Coordinator, digest: str, action: Action
) -> tuple[Reviewer, Record]:
    """Return who reads and a record that they may read.

    Raises ``NotReviewable``; the refusal is logged when there is such a record.
    """
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        try:
            return reader, find_record(session, reader, digest)
        except NotReviewable:
            if session.get(Record, digest) is not None:
                _log(session, services, coordinator, action, digest, Outcome.REFUSED)
    raise NotReviewable


def find_open(
    services: Services, coordinator: Coordinator, digest: str, action: Action
) -> tuple[Reviewer, Record]:
    """Like ``find``; raises ``ReasonNeeded`` for a restricted visit that they have not said why they open."""
    reader, record = find(services, coordinator, digest, action)
    with services.store.session() as session:
        check_open(session, reader, record, services.clock())
    return reader, record


def open_record(
    services: Services, coordinator: Coordinator, digest: str, action: Action
) -> tuple[Reviewer, Record]:
    """Like ``find_open``, and log that it was opened; committed before the page is made."""
    reader, record = find_open(services, coordinator, digest, action)
    with services.store.session() as session:
        _log(session, services, coordinator, action, digest, Outcome.DONE)
    return reader, record


def _log(
    session: Session,
    services: Services,
    coordinator: Coordinator,
    action: Action,
    digest: str,
    outcome: Outcome,
) -> None:
    access_log.append(session, actor(coordinator), action, "record", digest, outcome, at=services.clock())
