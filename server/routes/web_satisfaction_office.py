"""Satisfaction of patients at the office: results, posters, and paper questionnaires typed later."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session, select

from forms.definition import Form
from server.auth import guards
from server.clock import local_day
from server.identifiers import new_uuid
from server.questionnaire import fields
from server.questionnaire.asked import Given
from server.questionnaire.typed import Typed
from server.questionnaire.versions import latest
from server.report.csv_file import BYTE_ORDER_MARK, neutral
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.routes import web_qr
from server.routes.public_page import sent
from server.routes.web_page import language_of, page, see, texts_of
from server.routes.web_satisfaction import PAGE as PUBLIC
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.satisfaction import posters
from server.satisfaction.posters import MAX_PLACE
from server.satisfaction.responses import FORM_URL, asked_of, drawn_id, keep, monday
from server.satisfaction.results import FEWEST, Results, Selection, of_campaign, parts_of, results
from server.store.control import Campaign, Role
from server.store.satisfaction import Channel, SatisfactionPoster, SatisfactionResponse

HOME = "/coordination/satisfaction"
POSTERS = f"{HOME}/affiches"
PAPER = f"{HOME}/saisie"

Faults = Mapping[str, Sequence[str]]


def _campaigns(session: Session) -> Sequence[Campaign]:
    return session.exec(select(Campaign).order_by(Campaign.title, Campaign.id)).all()


def _selection(campaigns: Sequence[Campaign], request: PageRequest) -> Selection:
    asked = request.query_params
    campaign, month, channel = (str(asked.get(name, "")) for name in ("campagne", "mois", "canal"))
    known = {each.id for each in campaigns}
    chosen = campaign if campaign in known else next((each.id for each in campaigns), "")
    return Selection(chosen, month, channel if channel in set(Channel) else "")


def _asked_for(
    request: PageRequest,
) -> tuple[Sequence[Campaign], Selection, Sequence[SatisfactionResponse]]:
    """Return the campaigns, what the address selects of them, and the responses of the campaign selected."""
    with services_of(request).store.session() as session:
        campaigns = _campaigns(session)
        selection = _selection(campaigns, request)
        return campaigns, selection, of_campaign(session, selection.campaign)


@get("/satisfaction", sync_to_thread=True, guards=[guards.coordinator])
def results_page(
    request: PageRequest,
) -> Response[str]:
    """Show what patients say of a campaign, by month and channel."""
    campaigns, selection, responses = _asked_for(request)
    return page(
        request,
        "satisfaction_results.html",
        campaigns=campaigns,
        selection=selection,
        parts=parts_of(responses),
        found=_results(request, responses, selection),
        channels=[each.value for each in Channel],
        fewest=FEWEST,
    )


@get("/satisfaction/csv", sync_to_thread=True, guards=[guards.coordinator])
def results_csv(
    request: PageRequest,
) -> Response[bytes]:
    """Give the same as a table: never a line a person."""
    campaigns, selection, responses = _asked_for(request)
    found = _results(request, responses, selection)
    title = next((each.title for each in campaigns if each.id == selection.campaign), "")
    content = _csv(request, title, selection, found)
    headers = {
        "content-disposition": 'attachment; filename="satisfaction.csv"',
        "cache-control": "no-store",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _results(
    request: PageRequest, responses: Sequence[SatisfactionResponse], selection: Selection
) -> Results:
    clinical = signed_in(request).role is Role.CLINICAL_COORDINATOR
    forms, language = services_of(request).forms, language_of(request)
    return results(responses, forms, selection, language, clinical=clinical)


def _csv(request: PageRequest, title: str, selection: Selection, found: Results) -> bytes:
    t = texts_of(request)
    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow([t("satisfaction.campaign"), neutral(title)])
    rows.writerow([t("satisfaction.month"), neutral(selection.month) or t("satisfaction.whole")])
    channel = t(f"satisfaction.channel.{selection.channel}") if selection.channel else t("satisfaction.every")
    rows.writerow([t("satisfaction.channel"), channel])
    if found.hidden:
        rows.writerow([t("satisfaction.hidden", fewest=FEWEST)])
    else:
        rows.writerow([t("satisfaction.csv-responses"), str(found.count)])
        head = ("question", "answer", "number", "answered", "asked")
        rows.writerow([])
        rows.writerow([t(f"satisfaction.csv-{name}") for name in head])
        for each in found.distributions:
            if each.lines is None:
                rows.writerow([neutral(each.label), t("satisfaction.csv-few"), "", "", ""])
                continue
            for line in each.lines:
                label = line.label or t("satisfaction.unanswered")
                rows.writerow([neutral(each.label), neutral(label), line.count, each.answered, each.asked])
        rows.writerow([])
        is_whole = not (selection.month or selection.channel)
        rows.writerow([t(f"satisfaction.{'csv-comments' if is_whole else 'comments-whole'}")])
        rows.writerows([neutral(comment)] for comment in found.comments)
        if found.withheld:
            rows.writerow([t("satisfaction.comments-withheld", count=found.withheld)])
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def _posters_page(
    request: PageRequest, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        campaigns = _campaigns(session)
        found = posters.all_of(session)
    return page(
        request,
        "satisfaction_posters.html",
        status=422 if faults else 200,
        campaigns=campaigns,
        titles={each.id: each.title for each in campaigns},
        posters=found,
        typed=typed or {},
        faults=faults or {},
        max_place=MAX_PLACE,
    )


@get("/satisfaction/affiches", sync_to_thread=True, guards=[guards.coordinator])
def posters_page(request: PageRequest) -> Response[str]:
    """List the posters, and offer to make one."""
    return _posters_page(request)


@post("/satisfaction/affiches", guards=[guards.own_form, guards.coordinator], status_code=200)
async def create_poster(request: PageRequest) -> Response[str] | Response[None]:
    """Make a poster and show it, to be printed."""
    typed = await sent(request)
    return await asyncio.to_thread(_create_poster, request, typed)


def _create_poster(request: PageRequest, typed: Typed) -> Response[str] | Response[None]:
    services, coordinator = services_of(request), signed_in(request)
    campaign, place = _one(typed, "campaign"), " ".join(_one(typed, "place").split())
    faults: dict[str, list[str]] = {}
    with services.store.session() as session:
        if session.get(Campaign, campaign) is None:
            faults["campaign"] = ["choice"]
        if not place or len(place) > MAX_PLACE:
            faults["place"] = ["missing" if not place else "too-long"]
        if not faults:
            now = services.clock()
            made = posters.create(session, campaign, place, coordinator.member_id, now)
            who = actor(coordinator)
            access_log.append(session, who, Action.CREATE_POSTER, "poster", made.id, Outcome.DONE, at=now)
            return see(f"{POSTERS}/{made.id}")
    return _posters_page(request, {"campaign": campaign, "place": place}, faults)


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _found(session: Session, poster: str) -> SatisfactionPoster:
    found = session.get(SatisfactionPoster, poster)
    if found is None:
        raise NotReviewable
    return found


@get("/satisfaction/affiches/{poster:str}", sync_to_thread=True, guards=[guards.coordinator])
def poster_page(request: PageRequest, poster: FromPath[str]) -> Response[str]:
    """Show a poster as it is printed, on one A4 sheet."""
    services = services_of(request)
    with services.store.session() as session:
        found = _found(session, poster)
        campaign = session.get_one(Campaign, found.campaign_id).title
    link = f"{services.settings.origin}{PUBLIC}/{found.address}"
    return page(
        request,
        "satisfaction_poster.html",
        poster=found,
        campaign=campaign,
        link=link,
        qr=web_qr.draw(link),
        organisation=services.organization.title,
    )


@post(
    "/satisfaction/affiches/{poster:str}/fin",
    guards=[guards.own_form, guards.coordinator],
    status_code=200,
    sync_to_thread=True,
)
def end_poster(request: PageRequest, poster: FromPath[str]) -> Response[None]:
    """End a poster: its link then says so."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        found, now = _found(session, poster), services.clock()
        if posters.end(session, found, now):
            who = actor(coordinator)
            access_log.append(session, who, Action.END_POSTER, "poster", found.id, Outcome.DONE, at=now)
    return see(POSTERS)


def _form(request: PageRequest) -> Form:
    form = latest(services_of(request).forms, FORM_URL)
    if form is None:
        raise NotReviewable
    return form


def _paper_page(
    request: PageRequest,
    typed: Typed,
    given: Given | None = None,
    faults: Faults | None = None,
    *,
    kept: bool = False,
) -> Response[str]:
    services, form = services_of(request), _form(request)
    today = local_day(services.clock())
    asked = asked_of(form, today)
    drawn = fields.blocks(asked, given or asked.nothing(), typed, language_of(request))
    with services.store.session() as session:
        campaigns = _campaigns(session)
    shown_typed = {
        "campaign": _one(typed, "campaign"),
        "day": _one(typed, "day") or today.isoformat(),
    }
    return page(
        request,
        "satisfaction_paper.html",
        status=422 if given is not None else 200,
        title=form.title if language_of(request) == "fr" else form.title_en,
        campaigns=campaigns,
        blocks=drawn,
        shown=fields.shown(drawn),
        refused=given is not None,
        typed=shown_typed,
        faults=faults or {},
        kept=kept,
        drawn_id=_one(typed, "id") or new_uuid(),
    )


@get("/satisfaction/saisie", sync_to_thread=True, guards=[guards.coordinator])
def paper_page(
    request: PageRequest,
) -> Response[str]:
    """Show the questionnaire, to type what somebody wrote on paper; the next one is of the same pile."""
    asked = request.query_params
    pile = {"campaign": [str(asked.get("campagne", ""))], "day": [str(asked.get("jour", ""))]}
    return _paper_page(request, pile, kept="garde" in asked)


@post("/satisfaction/saisie", guards=[guards.own_form, guards.coordinator], status_code=200)
async def type_paper(request: PageRequest) -> Response[str] | Response[None]:
    """Keep one paper questionnaire. Who typed it is kept nowhere: it would lead towards who wrote it."""
    typed = await sent(request)
    return await asyncio.to_thread(_type_paper, request, typed)


def _type_paper(request: PageRequest, typed: Typed) -> Response[str] | Response[None]:
    services, form = services_of(request), _form(request)
    today = local_day(services.clock())
    campaign, day = _one(typed, "campaign"), _day(_one(typed, "day"))
    given = asked_of(form, today).given(typed)
    faults: dict[str, list[str]] = {}
    with services.store.session() as session:
        if session.get(Campaign, campaign) is None:
            faults["campaign"] = ["choice"]
        if day is None or day > today or day.year < 2020:
            faults["day"] = ["date"]
        if not given.answers and given.is_sound:
            faults["answers"] = ["nothing"]
        if day is not None and not faults and given.is_sound:
            keep(
                session,
                drawn_id(_one(typed, "id")),
                campaign=campaign,
                week=monday(day),
                channel=Channel.PAPER,
                form=form,
                given=given,
            )
            return see(f"{PAPER}?campagne={campaign}&jour={day.isoformat()}&garde=1")
    return _paper_page(request, typed, given, faults)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@get("/satisfaction/papier", sync_to_thread=True, guards=[guards.coordinator])
def blank_page(request: PageRequest) -> Response[str]:
    """Show the questionnaire as paper, to be printed and written on."""
    form = _form(request)
    asked = asked_of(form, local_day(services_of(request).clock()))
    # On paper every question is there: what opens one is said by the question before it.
    everything = Given({}, {}, frozenset(item.link_id for item in asked.items))
    drawn = fields.blocks(asked, everything, {}, person=True)
    return page(request, "satisfaction_blank.html", title=form.title, blocks=drawn)


pages = [
    results_page,
    results_csv,
    posters_page,
    create_poster,
    poster_page,
    end_poster,
    paper_page,
    type_paper,
    blank_page,
]
