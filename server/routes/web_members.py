"""Members' pages: who works in the reader's teams, in which role, until when; one-time passwords."""

import asyncio
from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from server.auth import guards, passwords, sessions
from server.planning import members
from server.planning.faults import Rejected
from server.review.access_log import Action
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.routes.web_changes import Done, Logged, SentForm, by_field, change, sent_form
from server.routes.web_organisation import ORGANISATION
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, services_of, signed_in
from server.routes.web_stops import FORM_GUARDS, Faults, reading, today_of
from server.store.control import Member, Role

MEMBERS = f"{ORGANISATION}/membres"


def _members_page(
    request: PageRequest, sent: SentForm | None = None, faults: Faults | None = None
) -> Response[str]:
    coordinator = signed_in(request)
    with services_of(request).store.session() as session:
        reader = reading(request, session)
        return page(
            request,
            "members.html",
            status=422 if faults else 200,
            rows=members.rows(session, reader.teams),
            may_change=members.roles_given_by(coordinator.role),
            roles=members.roles_given_by(coordinator.role),
            teams=reader.teams,
            rpps_holds=members.rpps_holds,
            typed=sent.fields if sent else {"role": Role.FIELD.value},
            ticked=sent.ticked["teams"] if sent else tuple(reader.teams)[:1],
            faults=faults or {},
        )


@get("/organisation/membres", sync_to_thread=True, guards=[guards.coordinator])
def members_page(request: PageRequest) -> Response[str]:
    """Show the members of the reader's teams, and the form of a new one."""
    return _members_page(request)


@post("/organisation/membres", guards=FORM_GUARDS, status_code=200)
async def create_member(request: PageRequest) -> Response[str] | Response[None]:
    """Record a member; a coordinator's one-time password is shown, once."""
    sent = await sent_form(request, "teams")
    password = passwords.one_time()
    digest = await asyncio.to_thread(passwords.digest, password)

    def work(session: Session, reader: Reviewer) -> Done:
        asked = members.order(
            session,
            sent.fields,
            sent.ticked["teams"],
            reader.teams,
            by=signed_in(request).role,
            today=today_of(request),
        )
        made = members.create(session, asked)
        logged = [Logged(Action.CREATE_MEMBER, "member", made.id)]
        if made.role in sessions.COORDINATORS:
            made.password_hash, made.password_is_one_time = digest, True
            logged.append(Logged(Action.GIVE_LOGIN, "member", made.id))
        return Done(tuple(logged), asked.teams, see=made.id)

    try:
        done = await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(_members_page, request, sent, by_field(rejected.faults))
    return await asyncio.to_thread(_after, request, done.see, password)


def _after(request: PageRequest, member: str, password: str) -> Response[str] | Response[None]:
    with services_of(request).store.session() as session:
        found = session.get_one(Member, member)
        if found.role not in sessions.COORDINATORS:
            return see(MEMBERS)
        return page(request, "login_given.html", member=found, password=password)


def _member_page(
    request: PageRequest, member: str, sent: SentForm | None = None, faults: Faults | None = None
) -> Response[str]:
    coordinator = signed_in(request)
    with services_of(request).store.session() as session:
        reader = reading(request, session)
        found = members.find(session, member, reader.teams, coordinator.role)
        inside = [row for row in members.rows(session, reader.teams) if row.member.id == member]
        titles = {title: team for team, title in reader.teams.items()}
        return page(
            request,
            "member.html",
            status=422 if faults else 200,
            member=found,
            is_coordinator=found.role in sessions.COORDINATORS,
            is_covered=members.is_covered(session, found, reader.teams),
            roles=members.roles_given_by(coordinator.role),
            teams=reader.teams,
            typed=sent.fields if sent else _typed(found),
            ticked=sent.ticked["teams"] if sent else tuple(titles[title] for title in inside[0].teams),
            rpps_fails=bool(found.rpps) and not members.rpps_holds(found.rpps or ""),
            faults=faults or {},
        )


def _typed(found: Member) -> Mapping[str, str]:
    return {
        "name": found.name,
        "profession": found.profession,
        "role": found.role.value,
        "rpps": found.rpps or "",
        "login": found.login or "",
        "active_from": found.active_from.isoformat() if found.active_from else "",
        "active_until": found.active_until.isoformat() if found.active_until else "",
    }


@get("/organisation/membres/{member:str}", sync_to_thread=True, guards=[guards.coordinator])
def member_page(request: PageRequest, member: FromPath[str]) -> Response[str]:
    """Show a member's form."""
    return _member_page(request, member)


@post("/organisation/membres/{member:str}", guards=FORM_GUARDS, status_code=200)
async def edit_member(request: PageRequest, member: FromPath[str]) -> Response[str] | Response[None]:
    """Change a member; leaving a team takes their access on its tablets away."""
    sent, coordinator = await sent_form(request, "teams"), signed_in(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = members.find(session, member, reader.teams, coordinator.role)
        asked = members.order(
            session,
            sent.fields,
            sent.ticked["teams"],
            reader.teams,
            by=coordinator.role,
            today=today_of(request),
            member=found,
        )
        left = members.edit(session, found, asked, list(reader.teams))
        logged = Logged(Action.EDIT_MEMBER, "member", found.id)
        return Done((logged,), reader.teams, withdrawn=(found.id, left) if left else None)

    try:
        await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(_member_page, request, member, sent, by_field(rejected.faults))
    return see(MEMBERS)


@post("/organisation/membres/{member:str}/acces", guards=FORM_GUARDS, status_code=200)
async def give_login(request: PageRequest, member: FromPath[str]) -> Response[str] | Response[None]:
    """Give a coordinator a new one-time password, shown once; their sessions end."""
    coordinator = signed_in(request)
    password = passwords.one_time()
    digest = await asyncio.to_thread(passwords.digest, password)

    def work(session: Session, reader: Reviewer) -> Done:
        found = members.find(session, member, reader.teams, coordinator.role)
        if found.role not in sessions.COORDINATORS or found.login is None:
            raise NotReviewable
        members.require_covered(session, found, reader.teams)
        found.password_hash, found.password_is_one_time = digest, True
        session.add(found)
        sessions.end_all(session, found.id)
        return Done((Logged(Action.GIVE_LOGIN, "member", found.id),))

    try:
        await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(_member_page, request, member, None, by_field(rejected.faults))
    return await asyncio.to_thread(_after, request, member, password)


async def _set_disabled(
    request: PageRequest, member: str, *, disabled: bool
) -> Response[str] | Response[None]:
    coordinator = signed_in(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = members.find(session, member, reader.teams, coordinator.role)
        members.disable(session, found, reader.teams, disabled=disabled, by=coordinator.member_id)
        sessions.end_all(session, found.id)
        action = Action.DISABLE_MEMBER if disabled else Action.ENABLE_MEMBER
        logged = Logged(action, "member", found.id)
        return Done((logged,), reader.teams, withdrawn=(found.id, None) if disabled else None)

    try:
        await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(_member_page, request, member, None, by_field(rejected.faults))
    return see(MEMBERS)


@post("/organisation/membres/{member:str}/desactiver", guards=FORM_GUARDS, status_code=200)
async def disable_member(request: PageRequest, member: FromPath[str]) -> Response[str] | Response[None]:
    """Disable a member: no sign-in, no access on any tablet."""
    return await _set_disabled(request, member, disabled=True)


@post("/organisation/membres/{member:str}/reactiver", guards=FORM_GUARDS, status_code=200)
async def enable_member(request: PageRequest, member: FromPath[str]) -> Response[str] | Response[None]:
    """Take that back; their accesses on tablets are asked for anew."""
    return await _set_disabled(request, member, disabled=False)


pages = [
    members_page,
    create_member,
    member_page,
    edit_member,
    give_login,
    disable_member,
    enable_member,
]
