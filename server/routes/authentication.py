"""The tablet behind an API request: its bearer token, verified and looked up (wire §6)."""

from litestar import Request
from litestar.datastructures import State

from server.enrolment.tokens import AccessToken
from server.routes.services import Services


async def provide_token(request: Request[None, None, State]) -> AccessToken:
    """Return the verified token of a request; a dependency named ``access`` by the routes that need one."""
    services: Services = request.app.state.services
    return await services.authorizer.authenticate(request.headers.get("authorization"))
