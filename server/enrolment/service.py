"""Enrolment as the API, the coordinators' pages and the command line use it: tables first, then documents.

Every method is one transaction in a thread, then, when replicated documents must follow, their publication.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from server.central.publication import Forms, current_databases, publish_team
from server.central.publisher import Central
from server.clock import local_day
from server.enrolment import cards, devices, invitations, nonces, slots
from server.enrolment.authorizer import Authorizer
from server.enrolment.cards import CardOrder, IssuedCard
from server.enrolment.claims import AUDIENCE
from server.enrolment.devices import Redemption
from server.enrolment.facts import Addresses, DeviceFacts, facts_of
from server.enrolment.invitations import InvitationOrder, InvitationProof, IssuedInvitation
from server.enrolment.proofs import claims_of, unverified_claim
from server.enrolment.slots import SlotRequest
from server.enrolment.tokens import AccessTokens
from server.errors import NotAuthenticated, NotFound
from server.keys.public import import_public
from server.store.control import Device, DeviceNonce, EnrolmentState, Slot

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Request:
    """Where a request stands: ``id`` of the device or slot, the code to compare, its state."""

    id: str
    short_code: str
    state: EnrolmentState


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and what a tablet needs to use it: its end, central's time, the node's identity.

    ``lifetime_s``: whole seconds from ``time`` to ``expires_at``, for who has another clock. ``nonce``: the
    challenge to sign for the next token.
    """

    token: str
    expires_at: datetime
    lifetime_s: int
    time: datetime
    instance: str
    nonce: str


class Enrolment:
    """Brings tablets and slots in and out. ``auto_confirm`` confirms by itself: demonstration only."""

    def __init__(
        self,
        central: Central,
        forms: Forms,
        tokens: AccessTokens,
        authorizer: Authorizer,
        *,
        addresses: Addresses,
        auto_confirm: bool,
    ) -> None:
        self._central = central
        self._forms = forms
        self._tokens = tokens
        self._authorizer = authorizer
        self._addresses = addresses
        self._auto_confirm = auto_confirm

    async def issue_card(self, order: CardOrder) -> IssuedCard:
        """Make an enrolment card; its link is in the answer and nowhere else."""
        keys, now, origin = self._central.keys, self._central.now(), self._addresses.origin
        return await self._transact(lambda session: cards.issue(session, keys, origin, order, now))

    async def redeem(self, redemption: Redemption) -> Request:
        """Let a tablet present its card (``devices.redeem``)."""
        now = self._central.now()
        device = await self._transact(lambda session: devices.redeem(session, redemption, now))
        if self._auto_confirm and device.status.value == EnrolmentState.PENDING:
            device = await self.confirm_device(device.id)
        state = await self._transact(lambda session: devices.card_of(session, device.id).state)
        return Request(device.id, devices.code_of(device), state)

    async def status(self, secret: str, device: str) -> tuple[EnrolmentState, DeviceFacts | None]:
        """Return where an enrolment stands and, once confirmed, what the tablet must know.

        Raises ``card-unknown`` also for another tablet's card, and ``device-revoked``.
        """

        def state_of(session: Session) -> EnrolmentState:
            card = cards.find(session, secret)
            if card.device_id != device:
                raise NotFound.of("card-unknown")
            return card.state

        state = await self._transact(state_of)
        return state, await self.facts(device) if state is EnrolmentState.CONFIRMED else None

    async def facts(self, device: str) -> DeviceFacts:
        """Return what an active tablet must know; raise ``device-unknown``, ``-pending``, ``-revoked``."""
        found = await self._transact(lambda session: devices.find(session, device))
        devices.require_active(found.status)
        database, _ = await current_databases(self._central, found.team_id)
        keys, addresses = self._central.keys, self._addresses
        today = local_day(self._central.now())
        return await self._transact(
            lambda session: facts_of(session, keys, found, database, addresses, today=today)
        )

    async def confirm_device(self, device: str) -> Device:
        """Confirm a pending tablet and tell its team."""
        return await self._change(device, lambda session: devices.decide(session, device, confirmed=True))

    async def refuse_device(self, device: str) -> Device:
        """Refuse a pending tablet."""
        return await self._transact(lambda session: devices.decide(session, device, confirmed=False))

    async def revoke_device(self, device: str) -> Device:
        """Revoke a tablet: its slots too, a new epoch, new key rings for those who remain."""
        keys, now = self._central.team_keys, self._central.now()
        return await self._change(device, lambda session: devices.revoke(session, keys, device, now))

    async def nonce(self, device: str) -> DeviceNonce:
        """Return a challenge for a known tablet."""
        now = self._central.now()

        def issue(session: Session) -> DeviceNonce:
            devices.find(session, device)
            return nonces.issue(session, device, now)

        return await self._transact(issue)

    async def token(self, assertion: str) -> IssuedToken:
        """Exchange a signed challenge for an access token.

        Raises ``assertion-invalid``, ``nonce-invalid``, ``device-unknown``, ``-pending``, ``-revoked``.
        """
        now, node = self._central.now(), self._central.engine.instance
        device = await self._transact(lambda session: _asserted(session, assertion, node, now))
        devices.require_active(device.status)
        _, databases = await current_databases(self._central, device.team_id)
        token, expires_at = self._tokens.issue(device.id, device.team_id, databases, now)
        following = await self._transact(lambda session: nonces.issue(session, device.id, expires_at))
        lifetime_s = int((expires_at - now).total_seconds())
        return IssuedToken(token, expires_at, lifetime_s, now, node, following.nonce)

    async def request_slot(
        self, device: str, asked: SlotRequest, invitation: InvitationProof | None = None
    ) -> Request:
        """Let a tablet ask for a slot (``slots.request``), which an invitation confirms (``accept``)."""
        now = self._central.now()
        today = local_day(now)

        def work(session: Session) -> Slot:
            slot = slots.request(session, device, asked, now=now, today=today, invited=invitation is not None)
            if invitation is not None and slot.state is EnrolmentState.PENDING:
                team = devices.find(session, device).team_id
                invitations.accept(session, slot, team, invitation, now=now, today=today)
            return slot

        slot = await (self._transact(work) if invitation is None else self._change_slot(work))
        if self._auto_confirm and slot.state is EnrolmentState.PENDING:
            slot = await self.confirm_slot(slot.id)
        return Request(slot.id, slots.code_of(slot), slot.state)

    async def slot(self, slot: str, device: str) -> Request:
        """Return where a slot of this tablet stands; raise ``not-found``."""
        found = await self._transact(lambda session: slots.of_device(session, slot, device))
        return Request(found.id, slots.code_of(found), found.state)

    async def confirm_slot(self, slot: str) -> Slot:
        """Confirm a pending slot: its key ring and its device's document follow."""
        return await self._change_slot(lambda session: slots.decide(session, slot, confirmed=True))

    async def refuse_slot(self, slot: str) -> Slot:
        """Refuse a pending slot."""
        return await self._transact(lambda session: slots.decide(session, slot, confirmed=False))

    async def revoke_slot(self, slot: str) -> Slot:
        """Revoke a slot: a new epoch, new key rings for those who remain."""
        keys, now = self._central.team_keys, self._central.now()
        return await self._change_slot(lambda session: slots.revoke(session, keys, slot, now))

    async def invite(self, order: InvitationOrder) -> IssuedInvitation:
        """Invite a replacement and tell the team's tablets; the code is in the answer and nowhere else."""
        keys, now = self._central.team_keys, self._central.now()
        issued = await self._transact(lambda session: invitations.issue(session, keys, order, now))
        await publish_team(self._central, self._forms, order.team)
        return issued

    async def withdraw_invitation(self, invitation: str) -> None:
        """Take an invitation back: a new epoch, its slot revoked."""
        keys, now = self._central.team_keys, self._central.now()
        found = await self._transact(lambda session: invitations.withdraw(session, keys, invitation, now))
        await publish_team(self._central, self._forms, found.team_id)

    async def withdraw_member(self, member: str, teams: Collection[str] | None) -> None:
        """Take a member's access on these teams' tablets away, on all when None: slots and invitations."""
        keys, now = self._central.team_keys, self._central.now()

        def work(session: Session) -> set[str]:
            invited = invitations.withdraw_of(session, keys, member, teams, now)
            return invited | slots.withdraw(session, keys, member, teams, now)

        await self.publish(await self._transact(work))

    async def publish(self, teams: Collection[str]) -> None:
        """Tell these teams what changed in the control tables."""
        for team in sorted(teams):
            await publish_team(self._central, self._forms, team)

    async def tidy(self) -> None:
        """End what is over: challenges, unpresented cards a day after their end, replacements' access.

        Documents follow with the next publication of every team, which housekeeping does after this.
        """
        now, keys = self._central.now(), self._central.team_keys

        def forget(session: Session) -> None:
            nonces.forget_expired(session, now)
            cards.forget_unused(session, now - cards.LIFETIME)
            invitations.end_those_over(session, keys, local_day(now), now)
            slots.withdraw_those_gone(session, keys, local_day(now), now)

        await self._transact(forget)

    async def _change(self, device: str, change: Callable[[Session], Device]) -> Device:
        changed = await self._transact(change)
        self._authorizer.forget(device)
        await publish_team(self._central, self._forms, changed.team_id)
        return await self._transact(lambda session: devices.find(session, device))

    async def _change_slot(self, change: Callable[[Session], Slot]) -> Slot:
        changed = await self._transact(change)
        device = await self._transact(lambda session: devices.find(session, changed.device_id))
        await publish_team(self._central, self._forms, device.team_id)
        return changed

    async def _transact(self, work: Callable[[Session], Answer]) -> Answer:
        def run() -> Answer:
            with self._central.store.session() as session:
                return work(session)

        return await asyncio.to_thread(run)


def _asserted(session: Session, assertion: str, node: str, now: datetime) -> Device:
    """Return the tablet that signed a challenge, which is used up, and note that it was seen.

    ``node`` is our instance: what was signed for a hub opens nothing here (wire §7). The device named in the
    unverified payload only chooses the key that then verifies it.
    """
    device = devices.find(session, unverified_claim(assertion, "device"))
    claims = claims_of(assertion, import_public(device.key))
    expected = {"device": device.id, "audience": AUDIENCE, "node": node}
    if any(claims.get(name) != value for name, value in expected.items()):
        raise NotAuthenticated.of("assertion-invalid")
    nonces.use(session, str(claims.get("nonce")), device.id, now)
    device.last_seen_at = now
    return device
