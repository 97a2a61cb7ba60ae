"""The request that a remote doctor reads through a link, with the form of the answer, and its photos."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.params import FromPath
from sqlmodel import Session

from server.letters.agreement import agreed
from server.questionnaire import fields
from server.questionnaire.asked import Asked
from server.questionnaire.typed import Typed, first
from server.remote import answer, links, photos
from server.remote.answer import Opinion
from server.remote.links import LinkState
from server.remote.photos import PhotoShown
from server.remote.reading import ADULT_YEARS
from server.remote.request import ConsentRefused, Request, RequestRestricted, request_of
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.routes.public_page import HEADERS, PublicRequest, public_page, said, services_of
from server.routes.services import Services
from server.routes.web_catalogue import DEFAULT_LANGUAGE, TRANSLATORS
from server.routes.web_format import FORMATS
from server.routes.web_photo import MEDIA_TYPE
from server.routes.web_remote_link import Held, given_back, held_link
from server.store.control import Member
from server.store.remote import RemoteLink


def request_page(
    request: PublicRequest, held: Held, typed: Typed | None = None, *, status: int = 200, fault: str = ""
) -> Response[str]:
    """Show the request and the form; every showing is logged before anything is shown."""
    services = services_of(request)
    try:
        found = _opened(services, held.link)
    except (RequestRestricted, ConsentRefused) as closed:
        return closed_page(closed, typed)
    if found is None:
        return public_page("remote_waiting.html")
    outcome, pleased = answer.outcome_asked(found), answer.satisfaction_asked(services.forms, found)
    opinion = answer.opinion_of(outcome, pleased, typed) if typed is not None else None
    return drawn(services, held, found, outcome, pleased, opinion, typed or {}, status=status, fault=fault)


def closed_page(closed: Exception, typed: Typed | None) -> Response[str]:
    """Say why nothing of the visit is shown or asked; what was written is given back."""
    code = "request-refused" if isinstance(closed, ConsentRefused) else "request-restricted"
    return said(code, status=403, typed=given_back(typed))


def _opened(services: Services, link: RemoteLink) -> Request | None:
    with services.store.session() as session:
        found = request_of(session, services.forms, link)
        for record in found.records if found is not None else ():
            access_log.append(
                session,
                links.actor(link),
                Action.OPEN_REQUEST,
                "record",
                record.digest,
                Outcome.DONE,
                at=services.clock(),
            )
        return found


@get("/{secret:str}/photos/{photo:str}", sync_to_thread=True)
def request_photo(
    request: PublicRequest, secret: FromPath[str], photo: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Return a photo of the request, to whoever gave the code; logged, and kept by no cache."""
    held = held_link(request, secret)
    if not isinstance(held, Held):
        return held
    if held.state not in (LinkState.WAITING, LinkState.OPENED) or not held.is_open:
        return said("not-found", status=404)
    services = services_of(request)
    with services.store.session() as session:
        content = _photo_of(session, services, held.link, photo)
        if content is None:
            return said("not-found", status=404)
        access_log.append(
            session,
            links.actor(held.link),
            Action.OPEN_PHOTO,
            "photo",
            photo,
            Outcome.DONE,
            at=services.clock(),
        )
    return Response(content, media_type=MEDIA_TYPE, headers=HEADERS)


def _photo_of(session: Session, services: Services, link: RemoteLink, photo: str) -> bytes | None:
    """Return a photo that the page shows now; None of any other, of a closed visit too."""
    try:
        found = request_of(session, services.forms, link)
    except (RequestRestricted, ConsentRefused):
        return None
    shown = {
        each.id
        for record in (found.records if found is not None else ())
        for pictures in record.reading.pictures
        for each in pictures.photos
        if each.shown is PhotoShown.WHOLE
    }
    return photos.bytes_of(session, link.team_id, photo) if photo in shown else None


def drawn(
    services: Services,
    held: Held,
    found: Request,
    outcome: Asked,
    pleased: Asked | None,
    opinion: Opinion | None,
    typed: Typed,
    *,
    status: int,
    fault: str,
) -> Response[str]:
    """Draw the request with the form, as empty as it is or with what was sent and what is wrong with it."""
    drawn = fields.blocks(outcome, opinion.outcome if opinion else outcome.nothing(), typed)
    asked_after: Sequence[fields.Block] = ()
    if pleased is not None:
        given = opinion.satisfaction if opinion is not None else None
        asked_after = fields.blocks(pleased, given or pleased.nothing(), typed)
    with services.store.session() as session:
        member = session.get(Member, held.link.member_id)
    return public_page(
        "remote_request.html",
        status=status,
        secret=held.secret,
        form_token=links.form_token(held.link, held.secret),
        request=found,
        born=_born(found),
        is_adult=found.age is not None and found.age >= ADULT_YEARS,
        asked_by=f"{member.name} ({member.profession})" if member is not None else "",
        expires_at=held.link.expires_at,
        outcome=drawn,
        satisfaction=asked_after,
        satisfaction_touched=pleased is not None and answer.is_touched(pleased, typed),
        satisfaction_title=pleased.form.title if pleased is not None else "",
        shown=" ".join((fields.shown(drawn), fields.shown(asked_after))),
        signature=opinion.signature if opinion is not None else None,
        typed_name=first(typed, "signed_name", held.link.physician or ""),
        typed_rpps=first(typed, "rpps"),
        refused=opinion is not None and not opinion.is_sound,
        fault=fault,
        max_name=answer.MAX_NAME,
    )


def _born(found: Request) -> str:
    """Return the day of birth in words that agree with the person's sex."""
    if found.birth_date is None:
        return ""
    day = FORMATS[DEFAULT_LANGUAGE].short_day(found.birth_date)
    return agreed(TRANSLATORS[DEFAULT_LANGUAGE]("remote.request.born", day=day), found.sex)
