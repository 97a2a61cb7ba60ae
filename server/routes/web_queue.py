"""The queue's pages: everything that waits, filtered; one item, who looks after it, and how it was closed."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.projection.acts import MAX_NOTE, QueueChange
from server.projection.reasons import REASONS
from server.queue import build
from server.queue.build import Queue, QueueRow, TypedChange
from server.queue.item import Kind
from server.queue.stands import LOOKED_BACK
from server.review import access_log, acts
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable, Outrun
from server.review.reviewer import reviewer
from server.routes import web_counts
from server.routes.web_follow_ups import MINE
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.routes.web_settled import settled

QUEUE = "/coordination/file"
PAGE_SIZE = 50
_FIELDS = ("sorte", "responsable", "etat")
_NOBODY = "personne"


class ItemForm(msgspec.Struct):
    """What the form of an item sends; ``message`` is the note, ``state`` the act it is made upon."""

    owner: str = ""
    closed: str = ""
    message: str = ""
    state: str = ""


def _queue(request: PageRequest, session: Session) -> Queue:
    services, coordinator = services_of(request), signed_in(request)
    reader = reviewer(session, coordinator.member_id, coordinator.role)
    scope = build.scope_of(session, reader.teams, services.clock(), clinical=reader.is_clinical)
    queue = build.build(session, scope)
    web_counts.remember(request, queue)
    return queue


@get("/file", sync_to_thread=True, guards=[guards.coordinator])
def queue_page(request: PageRequest) -> Response[str]:
    """Show what waits, the urgent first; closed items on demand."""
    services, coordinator = services_of(request), signed_in(request)
    typed = {name: request.query_params.get(name, "").strip()[:200] for name in _FIELDS}
    with services.store.session() as session:
        queue = _queue(request, session)
        teams = reviewer(session, coordinator.member_id, coordinator.role).teams
    kept = [
        row
        for row in (queue.closed if typed["etat"] == "classes" else queue.open)
        if _keeps(typed, row, coordinator.member_id)
    ]
    asked = request.query_params.get("page", "1")
    pages = max(1, -(-len(kept) // PAGE_SIZE))
    number = min(max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1, pages)
    return page(
        request,
        "queue.html",
        queue=queue,
        rows=kept[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        total=len(kept),
        number=number,
        pages=pages,
        kinds=tuple(Kind),
        labels_days=LOOKED_BACK.days,
        typed=typed,
        teams=teams,
        reasons=REASONS,
        now=services.clock(),
        address=lambda other: urlencode({**{k: v for k, v in typed.items() if v}, "page": other}),
    )


def _keeps(typed: dict[str, str], row: QueueRow, member_id: str) -> bool:
    if typed["sorte"] in set(Kind) and row.item.kind != typed["sorte"]:
        return False
    if typed["responsable"] == MINE:
        return row.owner_id == member_id
    return typed["responsable"] != _NOBODY or row.owner_id is None


def _item_page(
    request: PageRequest,
    key: str,
    *,
    typed: ItemForm | None = None,
    faults: tuple[str, ...] = (),
    status: int = 200,
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        row = _find(request, session, key)
        owners = build.owners(session, row.item)
        teams = reviewer(session, coordinator.member_id, coordinator.role).teams
    shown = typed or ItemForm(owner=row.owner_id or "", closed="1" if row.closed else "")
    return page(
        request,
        "queue_item.html",
        status=status,
        row=row,
        owners=owners,
        teams=teams,
        reasons=REASONS,
        typed=shown,
        faults=faults,
        max_note=MAX_NOTE,
        now=services.clock(),
    )


def _find(request: PageRequest, session: Session, key: str) -> QueueRow:
    row = _queue(request, session).find(key)
    if row is None:
        raise NotReviewable
    return row


@get("/file/{key:str}", sync_to_thread=True, guards=[guards.coordinator])
def item_page(request: PageRequest, key: FromPath[str]) -> Response[str]:
    """Show one item, what was said of it, and the form that gives it to somebody or closes it."""
    return _item_page(request, key)


@post("/file/{key:str}", guards=[guards.own_form, guards.coordinator], status_code=200)
async def change_item(
    request: PageRequest,
    key: FromPath[str],
    data: Annotated[ItemForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Give an item to somebody, or close it with a note; show what is wrong otherwise, as typed."""
    services = services_of(request)
    act = await asyncio.to_thread(_read_change, request, key, data)
    if not isinstance(act, QueueChange):
        status = 409 if act == ("outrun",) else 422
        return await asyncio.to_thread(_item_page, request, key, typed=data, faults=act, status=status)
    try:
        await acts.perform(services.engine, services.keys, act, services.clock(), after=data.state)
    except Outrun:
        await settled(request)
        return await asyncio.to_thread(_item_page, request, key, typed=data, faults=("outrun",), status=409)
    await settled(request)
    return see(QUEUE)


def _read_change(request: PageRequest, key: str, form: ItemForm) -> QueueChange | tuple[str, ...]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        row = _find(request, session, key)
        act = build.read(
            TypedChange(form.owner, form.closed == "1", form.message),
            row.item,
            build.owners(session, row.item),
            member=coordinator.member_id,
            at=services.clock(),
        )
        if not isinstance(act, QueueChange):
            return act
        if form.state != row.act_id:
            return ("outrun",)
        name = key.partition(":")[2]
        at = services.clock()
        access_log.append(
            session, actor(coordinator), Action.CHANGE_QUEUE, "queue", name, Outcome.DONE, at=at
        )
    return act


pages = [queue_page, item_page, change_item]
