"""``/api/slots``: a member's place on a tablet is asked for and confirmed (wire §6)."""

from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from server.enrolment.invitations import InvitationProof
from server.enrolment.service import Request
from server.enrolment.slots import SlotRequest
from server.enrolment.tokens import AccessToken
from server.routes.api_enrolment import Identifier, Proof
from server.routes.authentication import provide_token
from server.routes.services import Services


class InvitationShown(msgspec.Struct):
    """The invitation that made the slot, and the proof by the key that its code opened."""

    id: Identifier
    proof: Proof


class SlotAsked(msgspec.Struct):
    """Whose slot, its public keys, the proof by its signing key, the invitation that speaks for it."""

    slot: Identifier
    member: Identifier
    signing_key: dict[str, Any]
    agreement_key: dict[str, Any]
    proof: Proof
    invitation: InvitationShown | None = None


class SlotAnswer(msgspec.Struct):
    """Where a slot stands, and the code to compare with the coordinator."""

    slot: str
    short_code: str
    state: str


@post("/")
async def request(
    data: JSONBody[SlotAsked], access: NamedDependency[AccessToken], state: State
) -> SlotAnswer:
    """Ask for a slot on this tablet; asking the same again answers the same."""
    services: Services = state.services
    asked = SlotRequest(data.slot, data.member, data.signing_key, data.agreement_key, data.proof)
    shown = data.invitation
    proof = InvitationProof(shown.id, shown.proof) if shown is not None else None
    return _answer(await services.enrolment.request_slot(access.device, asked, proof))


@get("/{slot:str}")
async def standing(slot: FromPath[str], access: NamedDependency[AccessToken], state: State) -> SlotAnswer:
    """Tell where one of this tablet's slots stands."""
    services: Services = state.services
    return _answer(await services.enrolment.slot(slot, access.device))


def _answer(found: Request) -> SlotAnswer:
    return SlotAnswer(found.id, found.short_code, found.state)


route_handlers: list[Router] = [
    Router(
        "/api/slots",
        route_handlers=[request, standing],
        dependencies={"access": Provide(provide_token)},
        tags=["slots"],
    )
]
