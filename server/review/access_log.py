"""Who opened or did what: append-only, each line holding the hash of the line before it.

An edit breaks the line's own hash, a removal or a new order breaks the next line's link, a removed tail
disagrees with the head. The database refuses updates and deletions besides (triggers, first migration).
Lines hold internal ids only: no trait, no answer, no free text (CNIL, recommendation 2021-122 on logging).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Session, col, select

from server.store.control import AccessLog, AccessLogHead

NOBODY = "-"
_FIRST_HASH = "0" * 64
_PAGE = 1000


class Action(StrEnum):
    """What is logged."""

    LOGIN = "login"
    LOGOUT = "logout"
    CHOOSE_PASSWORD = "choose-password"  # noqa: S105 - the name of an action
    OPEN_RECORD = "open-record"
    OPEN_RESTRICTED = "open-restricted"
    OPEN_PHOTO = "open-photo"
    OPEN_ACCESS_LOG = "open-access-log"
    OPEN_FIGURE = "open-figure"
    FREEZE_REPORT = "freeze-report"
    TYPE_INDICATOR = "type-indicator"
    OPEN_STATEMENT = "open-statement"
    DECIDE = "decide"
    RELABEL_RECORD = "relabel-record"
    CREATE_CARD = "create-card"
    CONFIRM_DEVICE = "confirm-device"
    REFUSE_DEVICE = "refuse-device"
    CONFIRM_SLOT = "confirm-slot"
    REFUSE_SLOT = "refuse-slot"
    REVOKE_DEVICE = "revoke-device"
    REVOKE_SLOT = "revoke-slot"
    OPEN_FOLLOW_UPS = "open-follow-ups"
    OPEN_TASK = "open-task"
    CHANGE_TASK = "change-task"
    CHANGE_QUEUE = "change-queue"
    PREVIEW_LETTER = "preview-letter"
    ISSUE_LETTER = "issue-letter"
    OPEN_LETTER = "open-letter"
    SEND_LETTER = "send-letter"
    OPEN_ROSTER = "open-roster"
    CREATE_STOP = "create-stop"
    EDIT_STOP = "edit-stop"
    CANCEL_STOP = "cancel-stop"
    RESTORE_STOP = "restore-stop"
    ADD_APPOINTMENT = "add-appointment"
    EDIT_APPOINTMENT = "edit-appointment"
    CANCEL_APPOINTMENT = "cancel-appointment"
    RESTORE_APPOINTMENT = "restore-appointment"
    IMPORT_APPOINTMENTS = "import-appointments"
    CREATE_CAMPAIGN = "create-campaign"
    EDIT_CAMPAIGN = "edit-campaign"
    CHANGE_CAMPAIGN_SETTINGS = "change-campaign-settings"
    PUBLISH_FORM = "publish-form"
    MAKE_LABELS = "make-labels"
    CREATE_TEAM = "create-team"
    EDIT_TEAM = "edit-team"
    JOIN_TEAM = "join-team"
    LEAVE_TEAM = "leave-team"
    CREATE_MEMBER = "create-member"
    EDIT_MEMBER = "edit-member"
    DISABLE_MEMBER = "disable-member"
    ENABLE_MEMBER = "enable-member"
    GIVE_LOGIN = "give-login"
    CREATE_INVITATION = "create-invitation"
    WITHDRAW_INVITATION = "withdraw-invitation"
    CHANGE_SETTINGS = "change-settings"
    OPEN_PERSON = "open-person"
    MERGE_PEOPLE = "merge-people"
    SEPARATE_PEOPLE = "separate-people"
    POSTPONE_DUPLICATE = "postpone-duplicate"
    DETACH_VISIT = "detach-visit"
    ATTACH_VISIT = "attach-visit"
    CREATE_REMOTE_LINK = "create-remote-link"
    OPEN_REMOTE_LINK = "open-remote-link"
    OPEN_REQUEST = "open-request"
    ANSWER_REQUEST = "answer-request"
    CREATE_POSTER = "create-poster"
    END_POSTER = "end-poster"


class Outcome(StrEnum):
    """Whether it was done."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member's id and role, or ``ANONYMOUS``."""

    id: str
    role: str


ANONYMOUS = Actor(NOBODY, NOBODY)


class ChainBroken(Exception):
    """The log is not what was written; ``sequence`` is the first line that disagrees."""

    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(f"access log, line {sequence}: {reason}")
        self.sequence = sequence
        self.reason = reason


def _hash(line: AccessLog) -> str:
    """Return the hash of a line: SHA-256 of its members in order, as compact JSON, the previous hash last."""
    members = [
        line.sequence,
        line.occurred_at.isoformat(timespec="microseconds"),
        line.actor_id,
        line.actor_role,
        line.action,
        line.object_type,
        line.object_id,
        line.outcome,
        line.previous_hash,
    ]
    return hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).hexdigest()


def append(
    session: Session,
    actor: Actor,
    action: Action,
    object_type: str,
    object_id: str,
    outcome: Outcome,
    *,
    at: datetime,
) -> AccessLog:
    """Add a line, committed with the rest of ``session``; nothing is done that is not logged.

    The head is updated first: the next writer then waits for the end of this transaction, on SQLite as on
    PostgreSQL.
    """
    session.flush()
    connection = session.connection()
    connection.execute(
        text(
            "INSERT INTO access_log_head (id, sequence, hash) VALUES (1, 0, :hash) "
            "ON CONFLICT (id) DO NOTHING"
        ),
        {"hash": _FIRST_HASH},
    )
    connection.execute(text("UPDATE access_log_head SET sequence = sequence + 1 WHERE id = 1"))
    head = session.exec(select(AccessLogHead).execution_options(populate_existing=True)).one()
    line = AccessLog(
        sequence=head.sequence,
        occurred_at=at,
        actor_id=actor.id,
        actor_role=actor.role,
        action=action,
        object_type=object_type,
        object_id=object_id,
        outcome=outcome,
        previous_hash=head.hash,
        hash="",
    )
    line.hash = head.hash = _hash(line)
    session.add(line)
    session.add(head)
    session.flush()
    return line


def of_object(session: Session, object_type: str, object_id: str) -> list[AccessLog]:
    """Return the lines about one object, the latest first."""
    return list(
        session.exec(
            select(AccessLog)
            .where(AccessLog.object_type == object_type, AccessLog.object_id == object_id)
            .order_by(col(AccessLog.sequence).desc())
        )
    )


def verify(session: Session) -> int:
    """Check the chain and return its length; raise ``ChainBroken`` at the first line that disagrees."""
    sequence, previous = 0, _FIRST_HASH
    while True:
        page = session.exec(
            select(AccessLog)
            .where(AccessLog.sequence > sequence)
            .order_by(col(AccessLog.sequence))
            .limit(_PAGE)
        ).all()
        for line in page:
            if line.sequence != sequence + 1:
                raise ChainBroken(sequence + 1, "the line is missing")
            if line.previous_hash != previous:
                raise ChainBroken(line.sequence, "it does not follow the line before it")
            if line.hash != _hash(line):
                raise ChainBroken(line.sequence, "its content was changed")
            sequence, previous = line.sequence, line.hash
        if len(page) < _PAGE:
            break
    head = session.get(AccessLogHead, 1)
    if (head.sequence, head.hash) != (sequence, previous) if head else sequence != 0:
        raise ChainBroken(sequence + 1, "the log ends before its last line")
    return sequence
