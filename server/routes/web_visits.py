"""The home page: the day's count, then the list of visits."""

from datetime import timedelta

from litestar import Response, get

from server.auth import guards
from server.clock import local_day
from server.report.day_count import day_count
from server.review import visits
from server.review.closings import closings
from server.review.records import Forms
from server.review.reviewer import reviewer
from server.routes.web_filters import pages_of, read_filters
from server.routes.web_page import language_of, page
from server.routes.web_session import PageRequest, services_of, signed_in
from server.store.read import RecordState


@get("/", sync_to_thread=True, guards=[guards.coordinator])
def home(request: PageRequest) -> Response[str]:
    """Show the count of one day (the last one of the filter, or today) and the visits that are kept."""
    services, coordinator = services_of(request), signed_in(request)
    today = local_day(services.clock())
    filters = read_filters(request.query_params, today)
    day = filters.wanted.last_day or today
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        teams = [filters.wanted.team] if filters.wanted.team in reader.teams else list(reader.teams)
        offered = visits.choices(session, reader, filters.wanted.only_day, services.forms)
        listed = visits.visits(session, reader, filters.wanted, filters.place)
        count = day_count(session, teams, day)
        return page(
            request,
            "visits.html",
            filters=filters,
            listed=listed,
            pages={rel: filters.address(**members) for rel, members in pages_of(listed.keys).items()},
            choices=offered,
            several_teams=len(offered.teams) > 1,
            form_options=_form_options(services.forms, offered.forms, language_of(request)),
            states=tuple(RecordState),
            count=count,
            closings=closings(session, [stop.stop_id for stop in count.stops]),
            today=today,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
        )


def _form_options(forms: Forms, used: tuple[str, ...], language: str) -> list[tuple[str, str]]:
    """Return the forms of the records as choices: ``url|version`` and the form's title and version."""
    found = []
    for canonical in used:
        url, _, version = canonical.rpartition("|")
        form = forms[url, version]
        found.append((canonical, f"{form.title if language == 'fr' else form.title_en} {version}"))
    return found


pages = [home]
