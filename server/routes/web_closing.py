"""How a stop was closed: what each tablet said, what of it has arrived, who keeps the tablet."""

from litestar import Response, get
from litestar.params import FromPath

from server.auth import guards
from server.projection.visits import number
from server.review.closings import stop_closing
from server.review.reviewer import reviewer
from server.routes.web_page import page
from server.routes.web_session import PageRequest, services_of, signed_in


@get("/clotures/{stop:str}", sync_to_thread=True, guards=[guards.coordinator])
def closing_page(request: PageRequest, stop: FromPath[str]) -> Response[str]:
    """Show the closing of a stop: counts only, no name of a person."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        return page(request, "closing.html", closed=stop_closing(session, reader, stop), number=number)


pages = [closing_page]
