"""How a letter was sent, as told by who sent it: written once; several sendings are several rows."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlmodel import Session

from server.clock import PARIS, local_day
from server.identifiers import new_uuid
from server.letters.typed import MAX_LINE
from server.store.letters import Letter, LetterSending


class Channel(StrEnum):
    """By what way."""

    MSSANTE = "mssante"
    POST = "courrier"
    HAND = "main_propre"
    FAX = "fax"
    OTHER = "autre"


@dataclass(frozen=True, slots=True)
class Told:
    """A sending as typed: texts, to be read by ``read``."""

    channel: str = ""
    recipient: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """A sending as read."""

    channel: Channel
    recipient: str
    day: date


def read(told: Told, letter: Letter, now: datetime) -> Sending | tuple[str, ...]:
    """Read what was typed; return what is wrong, as codes, when something is."""
    recipient = " ".join(told.recipient.split())
    day = _day(told.day)
    wrong = {
        "channel": told.channel not in set(Channel),
        "recipient": not recipient or len(recipient) > MAX_LINE,
        "day": day is None,
        "day-before": day is not None and day < local_day(letter.created_at),
        "day-after": day is not None and day > local_day(now),
    }
    faults = tuple(code for code, is_wrong in wrong.items() if is_wrong)
    if faults or day is None:
        return faults
    return Sending(Channel(told.channel), recipient, day)


def record(session: Session, letter: Letter, sending: Sending, *, member: str, at: datetime) -> LetterSending:
    """Write a sending down; its instant is noon of its day in Paris, or now when that is today."""
    noon = datetime.combine(sending.day, time(12), tzinfo=PARIS)
    row = LetterSending(
        id=new_uuid(),
        letter_id=letter.id,
        channel=sending.channel.value,
        recipient=sending.recipient,
        sent_at=at if sending.day == local_day(at) else noon,
        sent_by=member,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
