"""The pages of follow-ups: the list of tasks, one task and its changes, people without a médecin traitant."""

import asyncio
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from forms.tasks import TaskKind, task_rules
from server.auth import guards
from server.clock import local_day
from server.follow_up import board, change
from server.follow_up.board import NOBODY, Standing, TaskFilter, TaskRow
from server.follow_up.change import TypedChange
from server.follow_up.without_gp import NO_OUTCOME, search_board
from server.projection.acts import MAX_NOTE, TaskChange
from server.review import access_log, acts
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable, Outrun
from server.review.records import Forms
from server.review.reviewer import reviewer
from server.routes.web_page import language_of, page, see
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.routes.web_settled import settled

FOLLOW_UPS = "/coordination/suivis"
MINE = "moi"
_FIELDS = ("sorte", "responsable", "etat", "retard", "equipe")


class TaskForm(msgspec.Struct):
    """What the form of a task sends; ``message`` is the note, ``state`` the act it is made upon."""

    owner: str = ""
    due_on: str = ""
    outcome: str = ""
    message: str = ""
    state: str = ""
    done_on: str = ""
    done_by: str = ""


def _log(request: PageRequest, session: Session, action: Action, kind: str, name: str) -> None:
    coordinator = signed_in(request)
    at = services_of(request).clock()
    access_log.append(session, actor(coordinator), action, kind, name, Outcome.DONE, at=at)


@get("/suivis", sync_to_thread=True, guards=[guards.coordinator])
def follow_ups_page(request: PageRequest) -> Response[str]:
    """Show the tasks of the reader's teams, and how many there are of each kind."""
    services, coordinator = services_of(request), signed_in(request)
    today = local_day(services.clock())
    typed = {name: request.query_params.get(name, "").strip()[:200] for name in _FIELDS}
    wanted = _filter(typed, coordinator.member_id)
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    clinical = coordinator.is_clinical
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        listed = board.tasks(session, reader.teams, wanted, today, clinical=clinical, page=number)
        if clinical:
            _log(request, session, Action.OPEN_FOLLOW_UPS, "follow-ups", "tasks")
        return page(
            request,
            "follow_ups.html",
            listed=listed,
            labels={row.task.key: label(services.forms, row, language_of(request)) for row in listed.rows},
            counts=board.counts(session, reader.teams, today),
            visible=board.visible_kinds(clinical=clinical),
            kinds=[kind for kind in TaskKind if kind in board.visible_kinds(clinical=clinical)],
            standings=tuple(Standing),
            teams=reader.teams,
            typed=typed,
            address=lambda other: urlencode({**{k: v for k, v in typed.items() if v}, "page": other}),
        )


def _filter(typed: dict[str, str], member_id: str) -> TaskFilter:
    """Read the filters; what names nothing keeps everything."""
    owner = {"": None, MINE: member_id}.get(typed["responsable"], NOBODY)
    standing = {"": Standing.OPEN, "tous": None}.get(typed["etat"])
    if typed["etat"] in set(Standing):
        standing = Standing(typed["etat"])
    return TaskFilter(
        kind=TaskKind(typed["sorte"]) if typed["sorte"] in set(TaskKind) else None,
        team=typed["equipe"] or None,
        owner=owner,
        standing=standing,
        late=typed["retard"] == "1",
    )


def label(forms: Forms, row: TaskRow, language: str) -> str:
    """Return what a task is about in the words of the form; nothing of a restricted visit."""
    if row.task.restricted or row.kind in (TaskKind.FOLLOW_UP, TaskKind.UNDECLARED_GP):
        return ""
    for form in reversed(list(forms.values())):
        item = form.index.get(row.task.link_id)
        if item is None:
            continue
        option = item.options.get(row.task.code)
        texts = (item.text, item.text_en)
        if row.kind is not TaskKind.DOCUMENT and option is not None:
            texts = (option.display, option.display_en)
        return texts[0] if language == "fr" else texts[1]
    return ""


def _task_page(
    request: PageRequest,
    handle: str,
    *,
    typed: TaskForm | None = None,
    faults: tuple[str, ...] = (),
    status: int = 200,
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        row = _find(request, session, handle)
        rules, doers = task_rules().kinds[row.kind], change.doers(row.kind)
        _log(request, session, Action.OPEN_TASK, "visit", row.task.visit_id)
        state = row.state
        deed = change.deed(session, state)
        shown = typed or TaskForm(
            owner=(state.owner_id or "") if state else "",
            due_on=state.due_on.isoformat() if state and state.due_on else "",
            outcome=(state.outcome or "") if state else "",
            done_on=deed.on.isoformat() if deed.on else "",
            done_by=deed.by or "",
        )
        return page(
            request,
            "task.html",
            status=status,
            row=row,
            label=label(services.forms, row, language_of(request)),
            record=board.record_of(session, row.task),
            owners=change.owners(session, row.task.team_id, row.kind),
            outcomes=rules.outcomes,
            clinical_kind=rules.is_clinical,
            asks_day=rules.done_on,
            doers={code: texts[language_of(request) != "fr"] for code, texts in doers.items()},
            deed=deed,
            history=change.history(session, row.task.key),
            typed=shown,
            faults=faults,
            max_note=MAX_NOTE,
            clinical=coordinator.is_clinical,
        )


def _find(request: PageRequest, session: Session, handle: str) -> TaskRow:
    services, coordinator = services_of(request), signed_in(request)
    reader = reviewer(session, coordinator.member_id, coordinator.role)
    today = local_day(services.clock())
    row = board.find_task(session, reader.teams, handle, today, clinical=coordinator.is_clinical)
    if row is None:
        raise NotReviewable
    return row


@get("/suivis/{handle:str}", sync_to_thread=True, guards=[guards.coordinator])
def task_page(request: PageRequest, handle: FromPath[str]) -> Response[str]:
    """Show one task, what was done about it, and the form that changes it."""
    return _task_page(request, handle)


@post("/suivis/{handle:str}", guards=[guards.own_form, guards.coordinator], status_code=200)
async def change_task(
    request: PageRequest,
    handle: FromPath[str],
    data: Annotated[TaskForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Change a task; when somebody else did in between, show what they did, with what was typed kept."""
    services = services_of(request)
    act = await asyncio.to_thread(_read_change, request, handle, data)
    if act is None:
        return see(f"{FOLLOW_UPS}/{handle}")
    if not isinstance(act, TaskChange):
        status = 409 if act == ("outrun",) else 422
        return await asyncio.to_thread(_task_page, request, handle, typed=data, faults=act, status=status)
    try:
        await acts.perform(services.engine, services.keys, act, services.clock(), after=data.state)
    except Outrun:
        await settled(request)
        return await asyncio.to_thread(
            _task_page, request, handle, typed=data, faults=("outrun",), status=409
        )
    await settled(request)
    return see(f"{FOLLOW_UPS}/{handle}")


def _read_change(request: PageRequest, handle: str, form: TaskForm) -> TaskChange | tuple[str, ...] | None:
    """Return the act, or what is wrong; None when it was done already: a form sent twice."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        row = _find(request, session, handle)
        act = change.read(
            TypedChange(form.owner, form.due_on, form.outcome, form.message, form.done_on, form.done_by),
            row.task,
            change.owners(session, row.task.team_id, row.kind),
            member=coordinator.member_id,
            at=services.clock(),
        )
        if not isinstance(act, TaskChange):
            return act
        if form.state != row.act_id:
            return None if change.is_done(session, act, row.state) else ("outrun",)
        _log(request, session, Action.CHANGE_TASK, "visit", row.task.visit_id)
    return act


@get("/medecin-traitant", sync_to_thread=True, guards=[guards.coordinator])
def without_gp_page(request: PageRequest) -> Response[str]:
    """Show who has no médecin traitant and agreed to be helped; who did not agree is only counted."""
    services, coordinator = services_of(request), signed_in(request)
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    today = local_day(services.clock())
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        found = search_board(session, reader.teams, today, clinical=coordinator.is_clinical, page=number)
        if coordinator.is_clinical:
            _log(request, session, Action.OPEN_FOLLOW_UPS, "follow-ups", "without-gp")
    rows: Mapping[str, str] = {
        person.latest.task.key: label(services.forms, person.latest, language_of(request))
        for person in (*found.search.people, *found.undeclared.people)
    }
    return page(
        request,
        "without_gp.html",
        found=found,
        labels=rows,
        no_outcome=NO_OUTCOME,
        number=max(found.search.page, found.undeclared.page),
        pages=max(found.search.pages, found.undeclared.pages),
        address=lambda other: urlencode({"page": other}),
    )


pages = [follow_ups_page, task_page, change_task, without_gp_page]
