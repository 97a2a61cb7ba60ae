"""``/api/enrolments``: a tablet presents its card and waits to be confirmed (wire §6)."""

from typing import Annotated, Any

import msgspec
from litestar import Router, post
from litestar.datastructures import State
from litestar.params import JSONBody

from server.enrolment.devices import Redemption
from server.enrolment.facts import MemberFacts, OrganizationFacts, Titled
from server.routes.services import Services
from server.store.control import DeviceKind

Identifier = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
"""A UUID of ours: 36 lower-case characters."""
Secret = Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
"""32 random bytes as base64url."""
Proof = Annotated[str, msgspec.Meta(max_length=4096)]
"""A compact JWS."""
Label = Annotated[str, msgspec.Meta(max_length=80)]


class RedeemRequest(msgspec.Struct):
    """A card's secret, and who presents it."""

    secret: Secret
    device: Identifier
    key: dict[str, Any]
    label: Label
    proof: Proof
    kind: DeviceKind = DeviceKind.TABLET


class RedeemAnswer(msgspec.Struct):
    """The code to compare with the coordinator, and where things stand."""

    enrolment: str
    short_code: str
    state: str


class StatusRequest(msgspec.Struct):
    """The same card, by the tablet that redeemed it."""

    secret: Secret
    device: Identifier


class StatusAnswer(msgspec.Struct, omit_defaults=True):
    """Where an enrolment stands; the rest once it is confirmed."""

    state: str
    organization: OrganizationFacts | None = None
    team: Titled | None = None
    campaign: Titled | None = None
    database: str | None = None
    members: list[MemberFacts] | None = None
    sync_url: str | None = None
    origin: str | None = None
    kind: DeviceKind | None = None


@post("/redeem")
async def redeem(data: JSONBody[RedeemRequest], state: State) -> RedeemAnswer:
    """Use a card up for this tablet."""
    services: Services = state.services
    request = await services.enrolment.redeem(
        Redemption(
            device=data.device,
            key=data.key,
            label=data.label,
            proof=data.proof,
            secret=data.secret,
            kind=data.kind,
        )
    )
    return RedeemAnswer(request.id, request.short_code, request.state)


@post("/status", status_code=200)
async def status(data: JSONBody[StatusRequest], state: State) -> StatusAnswer:
    """Tell where the enrolment stands."""
    services: Services = state.services
    standing, facts = await services.enrolment.status(data.secret, data.device)
    if facts is None:
        return StatusAnswer(standing)
    return StatusAnswer(
        standing,
        facts.organization,
        facts.team,
        facts.campaign,
        facts.database,
        facts.members,
        facts.sync_url,
        facts.origin,
        facts.kind,
    )


route_handlers: list[Router] = [
    Router("/api/enrolments", route_handlers=[redeem, status], tags=["enrolments"])
]
