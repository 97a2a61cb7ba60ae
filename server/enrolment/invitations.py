"""A replacement's invitation (wire §4.3): made the evening before, opened on a tablet without network.

Whoever types the code on a tablet of the team gets the team's keys, so the code is drawn here, shown once and
kept nowhere. Each function changes tables only, inside the caller's transaction; ``Enrolment`` publishes.
"""

import base64
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from argon2.low_level import Type, hash_secret_raw
from joserfc.jwk import ECKey, OctKey
from sqlmodel import Session, col, select

from server.central.team_documents import INVITATION_KDF
from server.central.team_keys import TeamKeyRing, TeamKeys, octet_json
from server.enrolment import slots
from server.enrolment.proofs import require_proof
from server.enrolment.short_code import CROCKFORD
from server.errors import NotAllowed, NotAuthenticated, NotFound
from server.identifiers import new_uuid
from server.keys import jwe
from server.keys.public import CURVE, import_public, public_jwk
from server.store.control import EnrolmentState, Member, Slot
from server.store.planning import Invitation

CODE_CHARACTERS = 12
MAX_DAYS = 31
_SALT_BYTES = 16
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class InvitationOrder:
    """Who is invited to which team, from the first to the last day, and the coordinator who invites."""

    team: str
    member: str
    valid_from: date
    valid_until: date
    created_by: str


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation just made. Only this object ever holds the code: show it now or make another."""

    id: str
    member: str
    team: str
    valid_from: date
    valid_until: date
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationProof:
    """What a tablet that opened an invitation presents with its slot: a JWS by the invitation's key."""

    id: str
    proof: str


def normal_code(typed: str) -> str:
    """Return a code as it is derived from: capitals, no separators, O as 0, I and L as 1."""
    return "".join(c for c in typed.upper().translate(_LOOKALIKES) if c in CROCKFORD)


def shown_code(code: str) -> str:
    """Return ``ABCD-EFGH-JKMN``."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def key_of(code: str, salt: str) -> OctKey:
    """Return the key that a code and a salt (base64url) give: Argon2id, 64 MiB, a tenth of a second."""
    raw = hash_secret_raw(
        normal_code(code).encode(),
        base64.urlsafe_b64decode(salt + "=="),
        time_cost=INVITATION_KDF["passes"],
        memory_cost=INVITATION_KDF["memory_kib"],
        parallelism=INVITATION_KDF["lanes"],
        hash_len=32,
        type=Type.ID,
    )
    return OctKey.import_key(raw)


def issue(session: Session, team_keys: TeamKeys, order: InvitationOrder, now: datetime) -> IssuedInvitation:
    """Record an invitation, sealed to its code, and return it with the code; raise ``NoTeamKey``."""
    member, ring = session.get_one(Member, order.member), team_keys.ring(session, order.team)
    code = "".join(secrets.choice(CROCKFORD) for _ in range(CODE_CHARACTERS))
    salt = base64.urlsafe_b64encode(secrets.token_bytes(_SALT_BYTES)).decode().rstrip("=")
    invitation, slot = new_uuid(), new_uuid()
    key = ECKey.generate_key(CURVE, auto_kid=True)
    content = {
        "invitation": invitation,
        "slot": slot,
        "member": {"id": member.id, "name": member.name, "profession": member.profession},
        "epochs": _epochs(ring),
        "current": ring.current_epoch,
        "key": key.as_dict(private=True),
    }
    session.add(
        Invitation(
            id=invitation,
            member_id=member.id,
            team_id=order.team,
            valid_from=order.valid_from,
            valid_until=order.valid_until,
            salt=salt,
            verifier=json.dumps(public_jwk(key)),
            sealed=jwe.seal(json.dumps(content).encode(), key_of(code, salt), invitation),
            epoch=ring.current_epoch,
            created_at=now,
            created_by=order.created_by,
            slot_id=slot,
            state=EnrolmentState.ISSUED,
        )
    )
    return IssuedInvitation(
        invitation, member.id, order.team, order.valid_from, order.valid_until, shown_code(code)
    )


def _epochs(ring: TeamKeyRing) -> dict[str, object]:
    return {str(epoch): json.loads(octet_json(key)) for epoch, key in sorted(ring.epochs.items())}


def accept(
    session: Session, slot: Slot, team: str, proof: InvitationProof, *, now: datetime, today: date
) -> None:
    """Confirm the slot that an invitation made; raise ``invitation-unknown`` for any other.

    The proof names the slot's own key, so that it serves no other: a tablet keeps it in the clear until it
    finds the network. It may speak days after the last one, and what was signed in time must still have a
    signer: the slot is then known, and revoked at once. One that was withdrawn leaves the slot to a
    coordinator's decision.
    """
    invitation = session.get(Invitation, proof.id)
    made = (slot.id, slot.member_id, team)
    if invitation is None or (invitation.slot_id, invitation.member_id, invitation.team_id) != made:
        raise NotAllowed.of("invitation-unknown")
    expected = {"invitation": proof.id, "slot": slot.id, "signing_thumbprint": slot.signing_thumbprint}
    try:
        require_proof(proof.proof, import_public(json.loads(invitation.verifier)), expected)
    except NotAuthenticated as error:
        raise NotAllowed.of("invitation-unknown") from error
    if invitation.state is EnrolmentState.REVOKED:
        return
    slot.state = EnrolmentState.CONFIRMED
    if invitation.valid_until < today:
        slot.state, slot.revoked_at = EnrolmentState.REVOKED, now
    invitation.state, invitation.used_at = EnrolmentState.CONFIRMED, now


def find(session: Session, invitation: str) -> Invitation:
    """Return an invitation; raise ``not-found``."""
    found = session.get(Invitation, invitation)
    if found is None:
        raise NotFound.of("not-found")
    return found


def withdraw(session: Session, team_keys: TeamKeys, invitation: str, now: datetime) -> Invitation:
    """Take an invitation back: its slot, if any, is revoked; a new epoch, since the code opened the last one.

    What ended already is left as it is.
    """
    found = find(session, invitation)
    if found.ended_at is None:
        found.state = EnrolmentState.REVOKED
        _end(session, team_keys, found, now)
    return found


def withdraw_of(
    session: Session, team_keys: TeamKeys, member: str, teams: Collection[str] | None, now: datetime
) -> set[str]:
    """Take back a member's invitations to these teams, to all when None; return the teams concerned."""
    theirs = session.exec(
        select(Invitation).where(Invitation.member_id == member, col(Invitation.ended_at).is_(None))
    ).all()
    concerned = [each for each in theirs if teams is None or each.team_id in teams]
    for invitation in concerned:
        withdraw(session, team_keys, invitation.id, now)
    return {invitation.team_id for invitation in concerned}


def end_those_over(session: Session, team_keys: TeamKeys, today: date, now: datetime) -> set[str]:
    """End the invitations whose last day is over; return the teams whose documents change."""
    over = session.exec(
        select(Invitation).where(col(Invitation.valid_until) < today, col(Invitation.ended_at).is_(None))
    ).all()
    for invitation in over:
        _end(session, team_keys, invitation, now)
    return {invitation.team_id for invitation in over}


def _end(session: Session, team_keys: TeamKeys, invitation: Invitation, now: datetime) -> None:
    invitation.ended_at = now
    slot = session.get(Slot, invitation.slot_id)
    if slot is not None:
        slots.revoke(session, team_keys, slot.id, now)
    # Also after a slot revoked as soon as it was known: the code opened the current epoch all the same.
    if team_keys.ring(session, invitation.team_id).current_epoch == invitation.epoch:
        team_keys.start_epoch(session, invitation.team_id, now)
