"""The page of what needs a person's eye: quarantine and findings."""

from litestar import Response, get

from server.auth import guards
from server.projection.reasons import REASONS
from server.review.anomalies import anomalies
from server.review.reviewer import reviewer
from server.routes.web_page import page
from server.routes.web_session import PageRequest, services_of, signed_in


@get("/anomalies", sync_to_thread=True, guards=[guards.coordinator])
def anomalies_page(request: PageRequest) -> Response[str]:
    """Show what could not be integrated, with the reason and whose turn it is, and what was found."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        found = anomalies(session, reader)
    return page(request, "anomalies.html", found=found, reasons=REASONS)


pages = [anomalies_page]
