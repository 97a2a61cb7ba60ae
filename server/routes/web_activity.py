"""The activity of a period, and the visits behind each of its figures."""

import json
from collections.abc import Callable
from typing import Any

from litestar import Response, get
from sqlmodel import Session

from server.auth import guards
from server.auth.sessions import Coordinator
from server.clock import local_day
from server.report.chart import bars
from server.report.conditions import holds
from server.report.describe import describe
from server.report.facts import Exposure
from server.report.indicator_table import indicator_table
from server.report.predicate import (
    EVERY,
    In,
    Predicate,
    PredicateInvalid,
    exposes,
    leaves,
    parse,
    parse_text,
    to_text,
)
from server.report.scope import places
from server.report.tables import Cell
from server.report.view import View, emitted, results_of, tables_of
from server.report.writing import Written
from server.review import access_log, visits
from server.review.access_log import Action, Outcome
from server.review.reviewer import Reviewer, reviewer
from server.routes.services import Services
from server.routes.web_back import NAME, Back, read_back
from server.routes.web_catalogue import Translate
from server.routes.web_filters import pages_of, place_of
from server.routes.web_page import language_of, page, texts_of
from server.routes.web_reports import FreezeForm
from server.routes.web_scope import TypedScope, presets, read_scope, scope_choices
from server.routes.web_session import PageRequest, actor, services_of, signed_in


@get("/activite", sync_to_thread=True, guards=[guards.coordinator])
def activity_page(request: PageRequest) -> Response[str]:
    """Show the figures of a perimeter, as the reader's role sees them."""
    services, coordinator = services_of(request), signed_in(request)
    today = local_day(services.clock())
    language = language_of(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wanted = read_scope(request.query_params, reader, today)
        view = View(reader.is_clinical, wanted.unfiltered)
        tables = tables_of(session, wanted.scope, view, texts_of(request), language)
        offered = scope_choices(session, reader, wanted.scope)
    return page(
        request,
        "activity.html",
        wanted=wanted,
        choices=offered,
        tables=tables,
        typed=FreezeForm(),
        freeze_faults=(),
        charts={table.key: bars(table, language) for table in tables},
        presets=presets(today),
        written=Written(language),
        openers={table.key: opener(wanted, Back("activite", table.key)) for table in tables},
    )


@get("/activite/passages", sync_to_thread=True, guards=[guards.coordinator])
def behind_page(request: PageRequest) -> Response[str]:
    """Show the visits behind a figure; to an administrative coordinator, what exposes nobody.

    An administrative coordinator opens only what the pages show over the same perimeter: a predicate composed
    by hand could ask for the answers of one visit. Behind a clinical figure there is the figure alone. Names
    are shown to clinical coordinators only, never those of confidential visits, and the opening is logged
    before the page is made.
    """
    services, coordinator = services_of(request), signed_in(request)
    back = read_back(request.query_params)
    try:
        predicate = parse_text(request.query_params.get("predicat", to_text(EVERY)))
    except PredicateInvalid:
        return page(request, "behind.html", status=422, unreadable=True, back=back)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wanted = read_scope(request.query_params, reader, local_day(services.clock()))
        if not _names_known_places(session, reader, predicate):
            return page(request, "behind.html", status=422, unreadable=True, back=back)
        cell = None if reader.is_clinical else _emitted(session, reader, wanted, texts_of(request), predicate)
        if cell is None and not reader.is_clinical:
            return page(request, "behind.html", status=422, unreadable=True, back=back, wanted=wanted)
        counted = [*wanted.scope.visits(), holds(predicate)]
        common: dict[str, Any] = {
            "unreadable": False,
            "back": back,
            "wanted": wanted,
            "described": describe(predicate, texts_of(request), language_of(request)),
            "several_teams": len(reader.teams) > 1,
        }
        if cell is not None and exposes(predicate) is Exposure.CLINICAL:
            figure = Written(language_of(request))(cell)
            return page(request, "behind.html", listed=None, figure=figure, pages={}, **common)
        listed = visits.visits_behind(session, reader, counted, place_of(request.query_params))
        if reader.is_clinical and listed.rows:
            _log(session, services, coordinator, wanted, predicate)
    pages = {
        rel: wanted.address(predicat=to_text(predicate), **{NAME: back.text}, **members)
        for rel, members in pages_of(listed.keys).items()
    }
    return page(request, "behind.html", listed=listed, pages=pages, **common)


def opener(wanted: TypedScope, back: Back) -> Callable[[Cell], str]:
    """Return what gives the address behind each cell of a table; empty when it opens nothing."""

    def address(cell: Cell) -> str:
        if cell.opens is None or not cell.count:
            return ""
        members = {"predicat": to_text(parse(cell.opens)), NAME: back.text}
        return f"/coordination/activite/passages?{wanted.address(**members)}"

    return address


def _emitted(
    session: Session, reader: Reviewer, wanted: TypedScope, t: Translate, predicate: Predicate
) -> Cell | None:
    """Return the cell of the reader's own pages that opens a predicate; None when none does."""
    view = View(reader.is_clinical, wanted.unfiltered)
    agreed = indicator_table(results_of(session, wanted.scope, view), t)
    shown = emitted((agreed, *tables_of(session, wanted.scope, view, t)))
    return shown.get(to_text(predicate))


def _names_known_places(session: Session, reader: Reviewer, predicate: Predicate) -> bool:
    """Whether every place named is one of the reader's: the log must never hold what somebody typed."""
    named = {
        code
        for leaf in leaves(predicate)
        if isinstance(leaf, In) and leaf.fact == "place"
        for code in leaf.codes
    }
    return not named or named <= set(places(session, tuple(reader.teams)))


def _log(
    session: Session,
    services: Services,
    coordinator: Coordinator,
    wanted: TypedScope,
    predicate: Predicate,
) -> None:
    """Log which names were opened: the perimeter and the predicate, which hold days, ids and codes only."""
    opened = f"{json.dumps(wanted.scope.as_json(), ensure_ascii=False)} {to_text(predicate)}"
    access_log.append(
        session, actor(coordinator), Action.OPEN_FIGURE, "figure", opened, Outcome.DONE, at=services.clock()
    )


pages = [activity_page, behind_page]
