"""``/api/hub``: what a hub asks of central alone (wire §7)."""

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from server.certificates import request
from server.enrolment import devices
from server.enrolment.tokens import AccessToken
from server.errors import NotAllowed
from server.routes.authentication import provide_token
from server.routes.services import Services
from server.store.control import DeviceKind

Csr = Annotated[str, msgspec.Meta(max_length=request.MAX_CHARACTERS)]


class CertificateRequest(msgspec.Struct):
    """A PKCS #10 request in PEM."""

    csr: Csr


class CertificateAnswer(msgspec.Struct):
    """The chain, leaf first, and the leaf's end."""

    chain: str
    not_after: datetime


@post("/certificate", status_code=200)
async def certificate(
    data: JSONBody[CertificateRequest], access: NamedDependency[AccessToken], state: State
) -> CertificateAnswer:
    """Give a hub a certificate for the replication host."""
    services: Services = state.services
    await asyncio.to_thread(_require_hub, services, access.device)
    issued = await services.certificates.give(access.device, data.csr)
    return CertificateAnswer(issued.chain, issued.not_after)


def _require_hub(services: Services, device: str) -> None:
    with services.store.session() as session:
        if devices.find(session, device).kind is not DeviceKind.HUB:
            raise NotAllowed.of("forbidden")


route_handlers: list[Router] = [
    Router(
        "/api/hub",
        route_handlers=[certificate],
        dependencies={"access": Provide(provide_token)},
        tags=["hub"],
    )
]
