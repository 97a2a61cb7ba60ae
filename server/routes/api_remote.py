"""``/api/remote-links``: an assistant asks for a remote doctor's link, sees where it stands (wire §6.1)."""

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from server.enrolment.tokens import AccessToken
from server.errors import TooManyTries
from server.plain_text import without_controls
from server.remote import links
from server.remote.links import LinkOrder, LinkState
from server.remote.proof import Asking, asking_member
from server.routes.api_enrolment import Identifier, Proof
from server.routes.authentication import provide_token
from server.routes.services import Services

PAGE = "/avis"

PhysicianName = Annotated[str, msgspec.Meta(max_length=120)]


class LinkAsked(msgspec.Struct):
    """Which visit, at which stop, the proof by whoever asks, and the doctor's name as they know it.

    ``again``: the visit was answered, and another answer is wanted.
    """

    visit: Identifier
    stop: Identifier
    proof: Proof
    physician: PhysicianName | None = None
    again: bool = False


class LinkAnswer(msgspec.Struct):
    """The link and its code: told once."""

    id: str
    url: str
    code: str
    expires_at: datetime


class LinkStanding(msgspec.Struct):
    """Where a link stands."""

    id: str
    state: LinkState


@post("/")
async def ask(data: JSONBody[LinkAsked], access: NamedDependency[AccessToken], state: State) -> LinkAnswer:
    """Draw a link to a visit of the tablet's team; the visit's former links end."""
    services: Services = state.services
    physician = " ".join(without_controls(data.physician or "").split()) or None
    asking = Asking(access.device, data.visit, data.stop)
    member = await asyncio.to_thread(_proven, services, asking, data.proof)
    if wait_s := services.rates.remote_links.charge(access.device):
        raise TooManyTries.of("rate-limited", headers={"retry-after": str(wait_s)})
    order = LinkOrder(access.device, data.visit, data.stop, member, physician, again=data.again)
    issued = await asyncio.to_thread(_issue, services, order)
    url = f"{services.settings.origin}{PAGE}/{issued.secret}"
    return LinkAnswer(issued.id, url, issued.code, issued.expires_at)


def _proven(services: Services, asking: Asking, proof: str) -> str:
    """Return who asks. A transaction of its own: a challenge serves once, whatever comes of the request."""
    with services.store.session() as session:
        return asking_member(session, asking, proof, services.clock())


def _issue(services: Services, order: LinkOrder) -> links.IssuedLink:
    with services.store.session() as session:
        return links.issue(session, order, services.clock())


@get("/{link:str}")
async def standing(link: FromPath[str], access: NamedDependency[AccessToken], state: State) -> LinkStanding:
    """Tell where one of this tablet's links stands."""
    services: Services = state.services
    return await asyncio.to_thread(_standing, services, link, access.device)


def _standing(services: Services, link: str, device: str) -> LinkStanding:
    with services.store.session() as session:
        found = links.of_device(session, link, device)
        return LinkStanding(found.id, links.state_of(found, services.clock()))


route_handlers: list[Router] = [
    Router(
        "/api/remote-links",
        route_handlers=[ask, standing],
        dependencies={"access": Provide(provide_token)},
        tags=["remote-links"],
    )
]
