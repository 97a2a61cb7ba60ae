"""A stop's labels: made, extended, printed as sheets or as cards; no name is on any of them."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from server.auth import guards
from server.planning import label_sheets, labels, stops
from server.planning.label_sheets import Kind, Printed
from server.review.access_log import Action
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.routes.web_catalogue import TRANSLATORS
from server.routes.web_changes import Done, Logged, done_or_again, sent_form
from server.routes.web_format import FORMATS
from server.routes.web_page import page
from server.routes.web_session import PageRequest, services_of
from server.routes.web_stops import FORM_GUARDS, Faults, address, reading, today_of
from server.store.control import Stop

_KINDS: Mapping[str, Kind] = {"planches": "sheets", "cartes": "cards"}
_MOST_DIGITS = 7
_BOXES = ("arm-right", "arm-left", "pulse", "glucose", "meal", "weight", "height", "waist", "other", "other")
"""What a card has room for, in the order of the stations."""


def _labels_page(
    request: PageRequest, stop: str, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        found = stops.find(session, stop, reading(request, session).teams)
        return page(
            request,
            "labels.html",
            status=422 if faults else 200,
            stop=found,
            typed={"more": str(labels.SHEET), **(typed or {})},
            faults=faults or {},
        )


@get("/escales/{stop:str}/etiquettes", sync_to_thread=True, guards=[guards.coordinator])
def labels_page(request: PageRequest, stop: FromPath[str]) -> Response[str]:
    """Show how many labels a stop has, with what prints them and what makes more."""
    return _labels_page(request, stop)


@post("/escales/{stop:str}/etiquettes", guards=FORM_GUARDS, status_code=200)
async def make_labels(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Give a stop more labels; its team's tablets know them with the next roster."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = stops.find(session, stop, reader.teams)
        labels.extend(session, found, labels.order(sent.fields, today_of(request)))
        logged = Logged(Action.MAKE_LABELS, "stop", found.id)
        return Done((logged,), [found.team_id], see=f"{address(found.id)}/etiquettes")

    return await done_or_again(request, work, lambda faults: _labels_page(request, stop, sent.fields, faults))


@get("/escales/{stop:str}/etiquettes/{kind:str}", sync_to_thread=True, guards=[guards.coordinator])
def printed_labels(
    request: PageRequest, stop: FromPath[str], kind: FromPath[str]
) -> Response[bytes] | Response[str]:
    """Give a stop's label sheets or cards as a PDF, from the number that the address asks for.

    A number of no label of the stop is said, beside the field that it was typed in.
    """
    with services_of(request).store.session() as session:
        found = stops.find(session, stop, reading(request, session).teams)
    if kind not in _KINDS or found.label_seed is None:
        raise NotReviewable
    asked = request.query_params.get("de", "").strip()
    first = _number(asked) if asked else 1
    if not 1 <= first <= found.label_count:
        return _labels_page(request, stop, {kind: asked}, {kind: ["label-number"]})
    printed = _printed(found, found.label_seed, first)
    return Response(
        label_sheets.pdf(printed, _KINDS[kind], services_of(request).clock()),
        media_type="application/pdf",
        headers={
            "cache-control": "no-store",
            "content-disposition": f'inline; filename="{kind}-{found.day}.pdf"',
        },
    )


def _number(asked: str) -> int:
    """Return the number in an address; 0, which no label has, when it is none."""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _MOST_DIGITS else 0


def _printed(stop: Stop, seed: str, first: int) -> Printed:
    """Return what is printed, in French whoever prints: people read it, and the team."""
    t = TRANSLATORS["fr"]
    return Printed(
        seed=seed,
        first=first,
        last=stop.label_count,
        place=stop.name,
        day=FORMATS["fr"].day(stop.day),
        title=t("labels.title", stop=stop.name),
        card=t("labels.card"),
        boxes=tuple(t(f"labels.box.{box}") for box in _BOXES),
        foot=t("labels.card-foot"),
    )


pages = [labels_page, make_labels, printed_labels]
