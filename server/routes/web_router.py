"""The coordinators' pages under one address, and what they share: session, problems, limits, files."""

from pathlib import Path

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from server.review.errors import NotReviewable
from server.routes import (
    web_activity,
    web_anomalies,
    web_appointments,
    web_campaigns,
    web_closing,
    web_duplicates,
    web_follow_ups,
    web_forms,
    web_import,
    web_indicators,
    web_invitations,
    web_labels,
    web_letter_writing,
    web_letters,
    web_login,
    web_members,
    web_organisation,
    web_people,
    web_photo,
    web_queue,
    web_record,
    web_relabel,
    web_reports,
    web_restricted,
    web_satisfaction_paper,
    web_satisfaction_posters,
    web_satisfaction_results,
    web_statements,
    web_stops,
    web_tablets,
    web_visits,
)
from server.routes.web_problems import EXCEPTION_HANDLERS
from server.routes.web_session import CoordinatorSession

STATIC = Path(__file__).parent.parent / "web" / "static"
MAX_FORM_BYTES = 16 * 1024


@get("/{_rest:path}")
async def unknown_page(_rest: FromPath[str]) -> Response[str]:
    """Answer an address under /coordination/ that no page has."""
    raise NotReviewable


PAGES: list[HTTPRouteHandler] = [
    *web_login.pages,
    *web_visits.pages,
    *web_record.pages,
    *web_relabel.pages,
    *web_restricted.pages,
    *web_photo.pages,
    *web_closing.pages,
    *web_anomalies.pages,
    *web_tablets.pages,
    *web_queue.pages,
    *web_follow_ups.pages,
    *web_letter_writing.pages,
    *web_letters.pages,
    *web_duplicates.pages,
    *web_people.pages,
    *web_stops.pages,
    *web_appointments.pages,
    *web_labels.pages,
    *web_import.pages,
    *web_organisation.pages,
    *web_campaigns.pages,
    *web_forms.pages,
    *web_members.pages,
    *web_invitations.pages,
    *web_activity.pages,
    *web_reports.pages,
    *web_indicators.pages,
    *web_statements.pages,
    *web_satisfaction_results.pages,
    *web_satisfaction_posters.pages,
    *web_satisfaction_paper.pages,
    unknown_page,
]

route_handlers = [
    Router(
        "/coordination",
        route_handlers=PAGES,
        middleware=[CoordinatorSession],
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=MAX_FORM_BYTES,
        include_in_schema=False,
    ),
    create_static_files_router(
        "/coordination/statique",
        directories=[STATIC],
        cache_control=None,
        include_in_schema=False,
        html_mode=False,
    ),
]
