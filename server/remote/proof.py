"""Who asks for a link: a member whose slot is open, for only its vault holds the key that signs (wire §6.1).

A device's token is not enough: a locked tablet has one, and so may a hub between it and central (wire §7).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from server.enrolment import nonces
from server.enrolment.proofs import claims_of, unverified_claim
from server.errors import NotAllowed, NotAuthenticated
from server.keys.public import import_public
from server.store.control import EnrolmentState, Slot

TYP: Final = "escale-remote-link+jws"
PURPOSE: Final = "remote-link"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Asking:
    """What must have been signed: the tablet of the token, and the visit and stop of the request."""

    device: str
    visit: str
    stop: str


def asking_member(session: Session, asking: Asking, proof: str, now: datetime) -> str:
    """Return the member whose slot signed this very request, and use its challenge up.

    Raises ``assertion-invalid`` for another key, slot, device, visit, stop or purpose; ``slot-closed`` for a
    slot that is not confirmed, or not any more; ``nonce-invalid`` for a challenge that served.
    """
    slot = session.get(Slot, unverified_claim(proof, "slot"))
    if slot is None or slot.device_id != asking.device:
        raise NotAuthenticated.of("assertion-invalid")
    claims = claims_of(proof, import_public(slot.signing_key), TYP)
    expected = {
        "v": VERSION,
        "purpose": PURPOSE,
        "device": asking.device,
        "slot": slot.id,
        "member": slot.member_id,
        "visit": asking.visit,
        "stop": asking.stop,
    }
    if any(claims.get(name) != value for name, value in expected.items()):
        raise NotAuthenticated.of("assertion-invalid")
    if slot.state is not EnrolmentState.CONFIRMED:
        raise NotAllowed.of("slot-closed")
    nonces.use(session, str(claims.get("nonce")), asking.device, now)
    return slot.member_id
