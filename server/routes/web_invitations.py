"""A replacement's invitations: made the evening before, the code shown once, withdrawn if need be."""

import asyncio
from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session, col, func, select

from server.auth import guards
from server.enrolment.invitations import InvitationOrder
from server.planning import invitations, members, settings
from server.planning.faults import Rejected
from server.review.access_log import Action
from server.review.reviewer import Reviewer
from server.routes.web_changes import Done, Logged, by_field, change, sent_form
from server.routes.web_organisation import ORGANISATION
from server.routes.web_page import page, see
from server.routes.web_qr import draw
from server.routes.web_session import PageRequest, services_of, signed_in
from server.routes.web_stops import FORM_GUARDS, Faults, reading, today_of
from server.store.control import Member, TeamKey

INVITATIONS = f"{ORGANISATION}/invitations"


def _invitations_page(
    request: PageRequest, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        reader, today = reading(request, session), today_of(request)
        return page(
            request,
            "invitations.html",
            status=422 if faults else 200,
            rows=invitations.rows(session, reader.teams),
            epochs=_epochs(session, reader),
            today=today,
            teams=reader.teams,
            colleagues=members.colleagues(session, today),
            typed=typed or {},
            faults=faults or {},
            max_days=invitations.MAX_DAYS,
        )


def _epochs(session: Session, reader: Reviewer) -> dict[str, int]:
    found = session.exec(
        select(TeamKey.team_id, func.max(TeamKey.epoch))
        .where(col(TeamKey.team_id).in_(reader.teams))
        .group_by(col(TeamKey.team_id))
    )
    return dict(found.all())


@get("/organisation/invitations", sync_to_thread=True, guards=[guards.coordinator])
def invitations_page(request: PageRequest) -> Response[str]:
    """Show the invitations of the reader's teams, and the form of a new one."""
    return _invitations_page(request)


@post("/organisation/invitations", guards=[guards.own_form, guards.clinical_coordinator], status_code=200)
async def invite(request: PageRequest) -> Response[str]:
    """Invite, and show the code, once: it is kept nowhere, and opens the team's records."""
    services, coordinator = services_of(request), signed_in(request)
    sent = await sent_form(request)
    ordered: list[InvitationOrder] = []

    def work(session: Session, reader: Reviewer) -> Done:
        asked = invitations.order(session, sent.fields, reader.teams, today_of(request))
        ordered.append(
            InvitationOrder(
                asked.team, asked.member, asked.valid_from, asked.valid_until, coordinator.member_id
            )
        )
        logged = Logged(Action.CREATE_INVITATION, "member", asked.member)
        return Done((logged,))

    try:
        await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(_invitations_page, request, sent.fields, by_field(rejected.faults))
    issued = await services.enrolment.invite(ordered[0])

    def shown() -> Response[str]:
        with services.store.session() as session:
            return page(
                request,
                "invitation_card.html",
                invitation=issued,
                member=session.get_one(Member, issued.member),
                team=reading(request, session).teams[issued.team],
                phone=settings.read(session).coordination_phone,
                qr=draw(issued.code),
            )

    return await asyncio.to_thread(shown)


@post("/organisation/invitations/{invitation:str}/retirer", guards=FORM_GUARDS, status_code=200)
async def withdraw_invitation(request: PageRequest, invitation: FromPath[str]) -> Response[None]:
    """Take an invitation back: its access ends, and the team gets a new key."""
    services = services_of(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = invitations.find(session, invitation, reader.teams)
        return Done((Logged(Action.WITHDRAW_INVITATION, "invitation", found.id),))

    await change(request, work)
    await services.enrolment.withdraw_invitation(invitation)
    return see(INVITATIONS)


pages = [invitations_page, invite, withdraw_invitation]
