"""Labels of a stop: each number is a visit, whose id follows from the stop's seed (wire §4.1).

Nothing is drawn at printing: the same sheet can be printed again, and more labels only extend the count.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from sqlmodel import Session, col, update

from server.planning.faults import Fault, Fields, Rejected
from server.store.control import Stop

MAX_LABELS = 500
SHEET = 24
"""Labels on one A4 sheet."""
_SEED_BYTES = 16


def visit(seed: str, number: int) -> str:
    """Return the visit of a label: the UUID of the first 128 bits of a digest of seed and number."""
    return str(UUID(_digest(seed, number)))


@lru_cache(maxsize=64)
def numbers(seed: str, count: int) -> Mapping[str, int]:
    """Return the number of each label's visit."""
    return {visit(seed, number): number for number in range(1, count + 1)}


def numbers_of(stop: Stop | None) -> Mapping[str, int]:
    """Return the number of each label of a stop, by its visit; nothing of a stop without labels."""
    if stop is None or stop.label_seed is None:
        return {}
    return numbers(stop.label_seed, stop.label_count)


def qr_text(seed: str, number: int) -> str:
    """Return what a label's QR code says; upper case, so that it takes the small alphanumeric mode."""
    return f"ESCALE/P/{_digest(seed, number).upper()}/{number}"


def _digest(seed: str, number: int) -> str:
    return sha256(f"escale-label:{seed}:{number}".encode()).hexdigest()[:32]


def order(sent: Mapping[str, str], today: date) -> int:
    """Read how many labels to add; raise ``Rejected``."""
    fields = Fields(sent, today)
    more = fields.number("more", 1, MAX_LABELS)
    fields.require()
    return more


def extend(session: Session, stop: Stop, more: int) -> None:
    """Give a stop more labels, its seed drawn with the first; raise ``Rejected`` beyond ``MAX_LABELS``."""
    # Of two coordinators who ask at once, the second waits here and then sees what the first made.
    session.exec(update(Stop).where(col(Stop.id) == stop.id).values(label_count=col(Stop.label_count)))
    session.refresh(stop)
    if stop.label_count + more > MAX_LABELS:
        raise Rejected(Fault("more", "labels-too-many"))
    if stop.label_seed is None:
        stop.label_seed = base64.urlsafe_b64encode(secrets.token_bytes(_SEED_BYTES)).decode().rstrip("=")
    stop.label_count += more
    session.add(stop)
