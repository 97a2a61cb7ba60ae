"""``/api/device``: challenges, access tokens, and what an enrolled tablet must know (wire §6)."""

from datetime import datetime

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from server.enrolment.facts import DeviceFacts
from server.enrolment.tokens import AccessToken
from server.routes.api_enrolment import Identifier, Proof
from server.routes.authentication import provide_token
from server.routes.services import Services


class NonceRequest(msgspec.Struct):
    """Which tablet asks."""

    device: Identifier


class NonceAnswer(msgspec.Struct):
    """A challenge to sign, once, before it ends, and the node for which it is signed."""

    nonce: str
    expires_at: datetime
    instance: str


class TokenRequest(msgspec.Struct):
    """The signed challenge."""

    assertion: Proof


class TokenAnswer(msgspec.Struct):
    """A token, its end, the server's time (for the clock's offset), the node, the next challenge."""

    token: str
    expires_at: datetime
    lifetime_s: int
    time: datetime
    instance: str
    nonce: str


@post("/nonce", status_code=200)
async def nonce(data: JSONBody[NonceRequest], state: State) -> NonceAnswer:
    """Draw a challenge for a tablet."""
    services: Services = state.services
    drawn = await services.enrolment.nonce(data.device)
    return NonceAnswer(drawn.nonce, drawn.expires_at, services.engine.instance)


@post("/token", status_code=200)
async def token(data: JSONBody[TokenRequest], state: State) -> TokenAnswer:
    """Exchange a signed challenge for a token."""
    services: Services = state.services
    issued = await services.enrolment.token(data.assertion)
    return TokenAnswer(
        issued.token, issued.expires_at, issued.lifetime_s, issued.time, issued.instance, issued.nonce
    )


@get("/", dependencies={"access": Provide(provide_token)})
async def device(access: NamedDependency[AccessToken], state: State) -> DeviceFacts:
    """Tell the tablet its team's present members and database."""
    services: Services = state.services
    return await services.enrolment.facts(access.device)


route_handlers: list[Router] = [Router("/api/device", route_handlers=[nonce, token, device], tags=["device"])]
