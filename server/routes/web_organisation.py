"""The organisation's pages: what there is to run, teams, settings."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from server.auth import guards
from server.clock import local_day
from server.planning import campaigns, members, settings, teams
from server.review.access_log import Action
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.review.tablets import tablets
from server.routes.web_changes import Done, Logged, change, done_or_again, sent_form
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, services_of, signed_in
from server.routes.web_stops import FORM_GUARDS, Faults, reading, today_of
from server.store.control import DeviceStatus, Organization

ORGANISATION = "/coordination/organisation"
TEAMS = f"{ORGANISATION}/equipes"
SETTINGS = f"{ORGANISATION}/reglages"


@get("/organisation", sync_to_thread=True, guards=[guards.coordinator])
def organisation_page(request: PageRequest) -> Response[str]:
    """Show what the organisation is made of, with the way to each part."""
    services = services_of(request)
    with services.store.session() as session:
        reader = reading(request, session)
        found = tablets(session, reader)
        return page(
            request,
            "organisation.html",
            title=session.get_one(Organization, services.organization.id).title,
            campaigns=campaigns.campaigns(session),
            teams=teams.rows(session, reader.teams),
            members=members.rows(session, reader.teams),
            active=sum(row.device.status is DeviceStatus.ACTIVE for row in found),
            waiting=sum(row.device.status is DeviceStatus.PENDING for row in found)
            + sum(len(row.pending_slots) for row in found),
            today=today_of(request),
        )


def _teams_page(
    request: PageRequest, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        reader = reading(request, session)
        return page(
            request,
            "teams.html",
            status=422 if faults else 200,
            teams=teams.rows(session, reader.teams),
            typed=typed or {},
            faults=faults or {},
        )


@get("/organisation/equipes", sync_to_thread=True, guards=[guards.coordinator])
def teams_page(request: PageRequest) -> Response[str]:
    """Show the reader's teams, and the form of a new one."""
    return _teams_page(request)


@post("/organisation/equipes", guards=FORM_GUARDS, status_code=200)
async def create_team(request: PageRequest) -> Response[str] | Response[None]:
    """Make a team, with whoever makes it in it."""
    sent = await sent_form(request)
    services, coordinator = services_of(request), signed_in(request)

    def work(session: Session, _reader: Reviewer) -> Done:
        named = teams.title(session, sent.fields, today_of(request))
        made = teams.create(
            session, services.central.team_keys, named, coordinator.member_id, services.clock()
        )
        logged = Logged(Action.CREATE_TEAM, "team", made.id)
        return Done((logged,), [made.id], see=f"{TEAMS}/{made.id}")

    return await done_or_again(request, work, lambda faults: _teams_page(request, sent.fields, faults))


def _team_page(
    request: PageRequest, team: str, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        reader = reading(request, session)
        require_team(reader, team)
        (row,) = teams.rows(session, {team: reader.teams[team]})
        inside = {member.id for member in row.members}
        return page(
            request,
            "team.html",
            status=422 if faults else 200,
            row=row,
            colleagues=[
                each for each in members.colleagues(session, today_of(request)) if each.id not in inside
            ],
            typed=typed or {"title": row.team.title},
            faults=faults or {},
        )


def require_team(reader: Reviewer, team: str) -> None:
    """Raise ``NotReviewable`` for a team that is not the reader's."""
    if not reader.reads(team):
        raise NotReviewable


@get("/organisation/equipes/{team:str}", sync_to_thread=True, guards=[guards.coordinator])
def team_page(request: PageRequest, team: FromPath[str]) -> Response[str]:
    """Show a team and its members."""
    return _team_page(request, team)


@post("/organisation/equipes/{team:str}", guards=FORM_GUARDS, status_code=200)
async def edit_team(request: PageRequest, team: FromPath[str]) -> Response[str] | Response[None]:
    """Rename a team."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        require_team(reader, team)
        (row,) = teams.rows(session, {team: reader.teams[team]})
        row.team.title = teams.title(session, sent.fields, today_of(request), team)
        session.add(row.team)
        return Done((Logged(Action.EDIT_TEAM, "team", team),), [team], see=f"{TEAMS}/{team}")

    return await done_or_again(request, work, lambda faults: _team_page(request, team, sent.fields, faults))


@post("/organisation/equipes/{team:str}/membres", guards=FORM_GUARDS, status_code=200)
async def join_team(request: PageRequest, team: FromPath[str]) -> Response[None]:
    """Assign a colleague of the field to a team."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        require_team(reader, team)
        offered = {each.id for each in members.colleagues(session, today_of(request))}
        member = sent.fields.get("member", "")
        if member not in offered:
            raise NotReviewable
        new = teams.join(session, team, member)
        logged = (Logged(Action.JOIN_TEAM, "member", member),) if new else ()
        return Done(logged, [team])

    await change(request, work)
    return see(f"{TEAMS}/{team}")


@post("/organisation/equipes/{team:str}/membres/{member:str}/retirer", guards=FORM_GUARDS, status_code=200)
async def leave_team(request: PageRequest, team: FromPath[str], member: FromPath[str]) -> Response[None]:
    """Take a member out of a team: their access on its tablets ends, and a new key begins."""
    coordinator = signed_in(request)

    def work(session: Session, reader: Reviewer) -> Done:
        require_team(reader, team)
        if member == coordinator.member_id or not teams.leave(session, team, member):
            raise NotReviewable
        return Done((Logged(Action.LEAVE_TEAM, "member", member),), [team], withdrawn=(member, [team]))

    await change(request, work)
    return see(f"{TEAMS}/{team}")


def _settings_page(
    request: PageRequest, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    services = services_of(request)
    with services.store.session() as session:
        kept = settings.read(session)
        stored = {
            "organisation": session.get_one(Organization, services.organization.id).title,
            "slot_minutes": str(kept.slot_minutes),
            "emergency_slots": str(kept.emergency_slots),
            "coordination_phone": kept.coordination_phone,
        }
    return page(
        request,
        "settings.html",
        status=422 if faults else 200,
        typed=typed or stored,
        faults=faults or {},
    )


@get("/organisation/reglages", sync_to_thread=True, guards=[guards.coordinator])
def settings_page(request: PageRequest) -> Response[str]:
    """Show the settings."""
    return _settings_page(request)


@post("/organisation/reglages", guards=FORM_GUARDS, status_code=200)
async def change_settings(request: PageRequest) -> Response[str] | Response[None]:
    """Keep the settings."""
    sent, services = await sent_form(request), services_of(request)

    def work(session: Session, _reader: Reviewer) -> Done:
        title, asked = settings.order(sent.fields, local_day(services.clock()))
        settings.write(session, services.organization.id, title, asked)
        logged = Logged(Action.CHANGE_SETTINGS, "organisation", services.organization.id)
        return Done((logged,), see=SETTINGS)

    return await done_or_again(request, work, lambda faults: _settings_page(request, sent.fields, faults))


pages = [
    organisation_page,
    teams_page,
    create_team,
    team_page,
    edit_team,
    join_team,
    leave_team,
    settings_page,
    change_settings,
]
