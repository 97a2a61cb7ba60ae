"""The tablets' page, hubs among them: who uses what, enrolment cards, short codes to confirm, revocation."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.auth.sessions import Coordinator
from server.enrolment import devices, slots
from server.enrolment.cards import CardOrder
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.reviewer import reviewer
from server.review.tablets import campaigns, find_slot, find_tablet, tablets
from server.routes.services import Services
from server.routes.web_page import page, see
from server.routes.web_qr import draw
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.control import DeviceKind, DeviceStatus

TABLETS = "/coordination/tablettes"


_COUNTS = ("1", "2", "3", "4", "5", "6", "7", "8")
"""How many cards are made at once: four are printed on a page."""


class CardForm(msgspec.Struct):
    """What the card form sends."""

    team: str = ""
    campaign: str = ""
    label: str = ""
    kind: str = DeviceKind.TABLET
    count: str = "1"


def _log(
    session: Session, services: Services, coordinator: Coordinator, action: Action, kind: str, name: str
) -> None:
    access_log.append(session, actor(coordinator), action, kind, name, Outcome.DONE, at=services.clock())


def _tablets_page(
    request: PageRequest, *, typed: CardForm | None = None, faults: tuple[str, ...] = ()
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        found = tablets(session, reader)
        offered = campaigns(session)
    codes = {row.device.id: devices.code_of(row.device) for row in found}
    codes |= {slot.slot.id: slots.code_of(slot.slot) for row in found for slot in row.slots}
    return page(
        request,
        "tablets.html",
        status=422 if faults else 200,
        waiting=[row for row in found if row.device.status is DeviceStatus.PENDING],
        enrolled=[row for row in found if row.device.status is not DeviceStatus.PENDING],
        codes=codes,
        teams=reader.teams,
        campaigns=offered,
        typed=typed or CardForm(),
        faults=faults,
        max_label=devices.MAX_LABEL - 2,
        counts=_COUNTS,
        kinds=tuple(DeviceKind),
    )


@get("/tablettes", sync_to_thread=True, guards=[guards.coordinator])
def tablets_page(request: PageRequest) -> Response[str]:
    """Show the tablets of the reader's teams, and what waits for them."""
    return _tablets_page(request)


@post("/tablettes/cartes", guards=[guards.own_form, guards.coordinator], status_code=200)
async def create_card(
    request: PageRequest, data: Annotated[CardForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
) -> Response[str]:
    """Make enrolment cards and show them, once: only their digests are kept."""
    services, coordinator = services_of(request), signed_in(request)
    label = " ".join(data.label.split())
    faults = await asyncio.to_thread(_card_faults, services, coordinator, data, label)
    if faults:
        return await asyncio.to_thread(_tablets_page, request, typed=data, faults=faults)
    count = int(data.count)
    labels = [label] if count == 1 else [f"{label} {number}" for number in range(1, count + 1)]
    cards = [
        await services.enrolment.issue_card(
            CardOrder(
                data.team, data.campaign, each, ordered_by=coordinator.member_id, kind=DeviceKind(data.kind)
            )
        )
        for each in labels
    ]

    def shown() -> Response[str]:
        with services.store.session() as session:
            for card in cards:
                _log(session, services, coordinator, Action.CREATE_CARD, "card", card.id)
            title = reviewer(session, coordinator.member_id, coordinator.role).teams[data.team]
        drawn = [(card, draw(card.link)) for card in cards]
        return page(request, "card.html", label=label, cards=drawn, team=title, kind=data.kind)

    return await asyncio.to_thread(shown)


def _card_faults(services: Services, coordinator: Coordinator, form: CardForm, label: str) -> tuple[str, ...]:
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wrong = {
            "team": not reader.reads(form.team),
            "campaign": form.campaign not in campaigns(session),
            "label": not label or len(label) > devices.MAX_LABEL - 2 or not label.isprintable(),
            "count": form.count not in _COUNTS,
            "kind": form.kind not in tuple(DeviceKind),
        }
    return tuple(name for name, is_wrong in wrong.items() if is_wrong)


@get("/tablettes/{device:str}/revocation", sync_to_thread=True, guards=[guards.coordinator])
def revocation_page(request: PageRequest, device: FromPath[str]) -> Response[str]:
    """Say what a revocation does, and what is known of the tablet, before it is asked for."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        return page(request, "revocation.html", tablet=find_tablet(session, reader, device))


async def _decide(request: PageRequest, kind: str, name: str, action: Action) -> Response[None]:
    """Do what a coordinator decides of a tablet or a slot of their teams, and log it."""
    services, coordinator = services_of(request), signed_in(request)
    decisions = {
        Action.CONFIRM_DEVICE: services.enrolment.confirm_device,
        Action.REFUSE_DEVICE: services.enrolment.refuse_device,
        Action.REVOKE_DEVICE: services.enrolment.revoke_device,
        Action.CONFIRM_SLOT: services.enrolment.confirm_slot,
        Action.REFUSE_SLOT: services.enrolment.refuse_slot,
        Action.REVOKE_SLOT: services.enrolment.revoke_slot,
    }

    def require() -> None:
        with services.store.session() as session:
            reader = reviewer(session, coordinator.member_id, coordinator.role)
            (find_tablet if kind == "device" else find_slot)(session, reader, name)

    def log() -> None:
        with services.store.session() as session:
            _log(session, services, coordinator, action, kind, name)

    await asyncio.to_thread(require)
    await decisions[action](name)
    await asyncio.to_thread(log)
    return see(TABLETS)


_FORM_GUARDS = [guards.own_form, guards.coordinator]
_OPENING = [guards.own_form, guards.clinical_coordinator]
"""What opens records on a tablet passes somebody who may read them (decision 0010)."""


@post("/tablettes/{device:str}/confirmer", guards=_OPENING, status_code=200)
async def confirm_device(request: PageRequest, device: FromPath[str]) -> Response[None]:
    """Confirm a tablet whose code was compared."""
    return await _decide(request, "device", device, Action.CONFIRM_DEVICE)


@post("/tablettes/{device:str}/refuser", guards=_FORM_GUARDS, status_code=200)
async def refuse_device(request: PageRequest, device: FromPath[str]) -> Response[None]:
    """Refuse a tablet that nobody recognises."""
    return await _decide(request, "device", device, Action.REFUSE_DEVICE)


@post("/tablettes/{device:str}/revocation", guards=_FORM_GUARDS, status_code=200)
async def revoke_device(request: PageRequest, device: FromPath[str]) -> Response[None]:
    """Revoke a tablet: it synchronises no more, and the team gets a new key."""
    return await _decide(request, "device", device, Action.REVOKE_DEVICE)


@post("/acces/{slot:str}/confirmer", guards=_OPENING, status_code=200)
async def confirm_slot(request: PageRequest, slot: FromPath[str]) -> Response[None]:
    """Confirm a member's access on a tablet."""
    return await _decide(request, "slot", slot, Action.CONFIRM_SLOT)


@post("/acces/{slot:str}/refuser", guards=_FORM_GUARDS, status_code=200)
async def refuse_slot(request: PageRequest, slot: FromPath[str]) -> Response[None]:
    """Refuse a member's access on a tablet."""
    return await _decide(request, "slot", slot, Action.REFUSE_SLOT)


@post("/acces/{slot:str}/revocation", guards=_FORM_GUARDS, status_code=200)
async def revoke_slot(request: PageRequest, slot: FromPath[str]) -> Response[None]:
    """Revoke a member's access on a tablet."""
    return await _decide(request, "slot", slot, Action.REVOKE_SLOT)


pages = [
    tablets_page,
    create_card,
    revocation_page,
    confirm_device,
    refuse_device,
    revoke_device,
    confirm_slot,
    refuse_slot,
    revoke_slot,
]
