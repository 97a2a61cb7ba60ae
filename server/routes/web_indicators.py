"""The indicators of the agreement: the yearly table, and the page where one is changed or typed."""

import math
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.auth.sessions import Coordinator
from server.clock import local_day
from server.identifiers import new_uuid
from server.report import indicator as indicators
from server.report.describe import describe
from server.report.indicator import OfMeasure, OfVisits, read_definition
from server.report.indicator_groups import grouped
from server.report.indicator_table import indicator_table
from server.report.scope import Scope
from server.report.view import View, results_of
from server.report.writing import Written
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer, reviewer
from server.routes.services import Services
from server.routes.web_activity import opener
from server.routes.web_back import Back
from server.routes.web_page import language_of, page, see, texts_of
from server.routes.web_scope import presets, read_scope, scope_choices
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.reports import Indicator, IndicatorValue

LABEL_MAX, TEXT_MAX = 200, 300
_NUMBERS = ("numerateur", "denominateur")


class IndicatorForm(msgspec.Struct):
    """What the page of an indicator sends; the numbers are those typed for the period ``du`` to ``au``."""

    libelle: str = ""
    initiale: str = ""
    cible: str = ""
    source: str = ""
    numerateur: str = ""
    denominateur: str = ""
    du: str = ""
    au: str = ""


@get("/indicateurs", sync_to_thread=True, guards=[guards.coordinator])
def indicators_page(request: PageRequest) -> Response[str]:
    """Show the yearly tables over a perimeter, one an instrument."""
    services, coordinator = services_of(request), signed_in(request)
    t, language = texts_of(request), language_of(request)
    today = local_day(services.clock())
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wanted = read_scope(request.query_params, reader, today)
        view = View(reader.is_clinical, wanted.unfiltered)
        groups = grouped(results_of(session, wanted.scope, view), language)
        offered = scope_choices(session, reader, wanted.scope)
    return page(
        request,
        "indicators.html",
        wanted=wanted,
        choices=offered,
        presets=presets(today),
        groups=groups,
        tables={group.key: indicator_table(group.results, t) for group in groups},
        written=Written(language),
        openers={group.key: opener(wanted, Back("indicateurs", group.key)) for group in groups},
    )


@post("/indicateurs/reprendre", sync_to_thread=True, guards=[guards.own_form, guards.coordinator])
def adopt_indicators(request: PageRequest) -> Response[None]:
    """Add the default indicators that are not there yet."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        indicators.adopt(session)
        _log(session, services, coordinator, "defaults")
    return see("/coordination/indicateurs")


@post("/indicateurs", sync_to_thread=True, guards=[guards.own_form, guards.coordinator])
def add_indicator(request: PageRequest) -> Response[None]:
    """Add an indicator that is typed, and open its page."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        last = max((each.position for each in indicators.indicators(session)), default=0)
        added = Indicator(id=new_uuid(), position=last + 1, label="Nouvel indicateur")
        session.add(added)
        _log(session, services, coordinator, added.id)
    return see(f"/coordination/indicateurs/{added.id}")


@get("/indicateurs/{identifier:str}", sync_to_thread=True, guards=[guards.coordinator])
def indicator_page(request: PageRequest, identifier: FromPath[str]) -> Response[str]:
    """Show one indicator as it can be changed."""
    return _indicator_page(request, identifier)


@post(
    "/indicateurs/{identifier:str}",
    sync_to_thread=True,
    guards=[guards.own_form, guards.coordinator],
    status_code=200,
)
def change_indicator(
    request: PageRequest,
    identifier: FromPath[str],
    data: Annotated[IndicatorForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Change an indicator and what is typed for the period; otherwise say what is wrong, as typed."""
    services, coordinator = services_of(request), signed_in(request)
    faults = _faults(data)
    with services.store.session() as session:
        found = session.get(Indicator, identifier)
        if found is None:
            raise NotReviewable
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wanted = read_scope({"du": data.du, "au": data.au}, reader, local_day(services.clock()))
        whole = indicators.is_whole(session, found, _all_of(wanted.scope, found, reader))
        if not whole and (data.numerateur.strip() or data.denominateur.strip()):
            faults = (*faults, "perimetre")
        faults = (*faults, *wanted.faults)
        if not faults:
            found.label, found.source = data.libelle.strip(), data.source.strip()
            found.initial_value, found.target = data.initiale.strip(), data.cible.strip()
            session.add(found)
            if found.definition is None and whole:
                period = (wanted.scope.first_day, wanted.scope.last_day)
                numbers = (_number(data.numerateur), _number(data.denominateur))
                indicators.type_value(
                    session, identifier, period, numbers, coordinator.member_id, services.clock()
                )
            _log(session, services, coordinator, identifier)
    if faults:
        return _indicator_page(request, identifier, data, faults)
    return see(f"/coordination/indicateurs?{wanted.address()}")


def _indicator_page(
    request: PageRequest, identifier: str, typed: IndicatorForm | None = None, faults: tuple[str, ...] = ()
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        found = session.get(Indicator, identifier)
        if found is None:
            raise NotReviewable
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        query = {"du": typed.du, "au": typed.au} if typed else request.query_params
        wanted = read_scope(query, reader, local_day(services.clock()))
        key = (identifier, wanted.scope.first_day, wanted.scope.last_day)
        whole = indicators.is_whole(session, found, _all_of(wanted.scope, found, reader))
        shown = typed or _as_form(found, session.get(IndicatorValue, key) if whole else None)
    return page(
        request,
        "indicator.html",
        status=422 if faults else 200,
        indicator=found,
        typed=shown,
        faults=faults,
        wanted=wanted,
        whole=whole,
        explained=_explained(request, found),
    )


def _all_of(scope: Scope, found: Indicator, reader: Reviewer) -> Scope:
    """The period of a scope over all that the reader reads: what is typed is of no team, place or stop."""
    return Scope(scope.first_day, scope.last_day, tuple(reader.teams), campaign=found.campaign_id)


def _as_form(found: Indicator, value: IndicatorValue | None) -> IndicatorForm:
    return IndicatorForm(
        libelle=found.label,
        initiale=found.initial_value,
        cible=found.target,
        source=found.source,
        numerateur=_text(value.numerator if value else None),
        denominateur=_text(value.denominator if value else None),
    )


def _explained(request: PageRequest, found: Indicator) -> str:
    """How a computed indicator is counted, in words; empty when it is typed."""
    t, language = texts_of(request), language_of(request)
    definition = read_definition(found.definition)
    if isinstance(definition, OfMeasure):
        return t("indicators.measured")
    if not isinstance(definition, OfVisits):
        return ""
    fact = "" if definition.summed is None else t(f"report.fact.{definition.summed}")
    counted = t(f"indicators.of-{definition.counted}", fact=fact)
    below = t("indicators.none-below")
    if definition.denominator is not None:
        below = f"{counted} – {describe(definition.denominator, t, language)}"
    above = f"{counted} – {describe(definition.numerator, t, language)}"
    return t("indicators.computed", above=above, below=below)


def _faults(form: IndicatorForm) -> tuple[str, ...]:
    numbers = {name: getattr(form, name) for name in _NUMBERS}
    faults = [name for name, text in numbers.items() if text.strip() and _number(text) is None]
    if not 0 < len(form.libelle.strip()) <= LABEL_MAX:
        faults.append("libelle")
    faults += [name for name in ("initiale", "cible", "source") if len(getattr(form, name)) > TEXT_MAX]
    below = _number(form.denominateur)
    if below == 0 or (below is not None and not form.numerateur.strip()):
        faults.append("zero")
    return tuple(faults)


def _number(text: str) -> float | None:
    """Read a positive number typed with a comma or a point; None when there is none, or it is none."""
    plain = "".join(text.split()).replace(",", ".")
    if not plain.isascii() or not plain.replace(".", "", 1).isdecimal():
        return None
    value = float(plain)
    return value if math.isfinite(value) and value < 1e12 else None


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}".replace(".", ",")


def _log(session: Session, services: Services, coordinator: Coordinator, identifier: str) -> None:
    access_log.append(
        session,
        actor(coordinator),
        Action.TYPE_INDICATOR,
        "indicator",
        identifier,
        Outcome.DONE,
        at=services.clock(),
    )


pages = [indicators_page, adopt_indicators, add_indicator, indicator_page, change_indicator]
