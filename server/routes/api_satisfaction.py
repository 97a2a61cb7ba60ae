"""``/api/satisfaction``: a tablet hands over what patients answered on it as a kiosk (wire §6.1).

The token says that an enrolled tablet asks; which one is kept nowhere, nor is the hour.
"""

import asyncio
from typing import Annotated

import msgspec
from litestar import Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from server.clock import local_day
from server.enrolment.tokens import AccessToken
from server.routes.authentication import provide_token
from server.routes.services import Services
from server.satisfaction.responses import take

MAX_BYTES = 512 * 1024

Delivered = Annotated[list[str], msgspec.Meta(min_length=1, max_length=50)]


class Delivery(msgspec.Struct):
    """Sealed responses, shuffled."""

    responses: Delivered


class DeliveryAnswer(msgspec.Struct):
    """How many are stored, and the positions of those that never will be and of those to be sent again.

    ``later``: of a form version or a campaign that this server does not know, or not yet.
    """

    stored: int
    refused: list[int]
    later: list[int]


@post("/", status_code=200)
async def deliver(
    data: JSONBody[Delivery], access: NamedDependency[AccessToken], state: State
) -> DeliveryAnswer:
    """Keep what opens and keeps the form's rules."""
    del access  # Proven, and forgotten.
    services: Services = state.services
    return await asyncio.to_thread(_take, services, data.responses)


def _take(services: Services, delivered: list[str]) -> DeliveryAnswer:
    today = local_day(services.clock())
    with services.store.session() as session:
        taken = take(session, services.keys, services.forms, delivered, today)
    return DeliveryAnswer(taken.stored, taken.refused, taken.later)


route_handlers: list[Router] = [
    Router(
        "/api/satisfaction",
        route_handlers=[deliver],
        dependencies={"access": Provide(provide_token)},
        request_max_body_size=MAX_BYTES,
        tags=["satisfaction"],
    )
]
