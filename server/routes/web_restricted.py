"""A restricted visit (wire §2.3): its clinical coordinator says why before anything of it is shown."""

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from server.auth import guards
from server.identifiers import is_uuid
from server.projection.visits import number
from server.review.access_log import Action
from server.review.restricted import MAX_REASON, open_visit
from server.routes.web_opening import find
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, actor, services_of, signed_in


class ReasonForm(msgspec.Struct):
    """What the form sends: why the visit is opened, and the letter that was asked for, if it was one."""

    message: str = ""
    letter: str = ""


def reason_page(
    request: PageRequest, digest: str, *, typed: str = "", letter: str = "", faults: tuple[str, ...] = ()
) -> Response[str]:
    """Ask why; nothing of the record is shown but its visit's number. ``letter``: where to go then."""
    services, coordinator = services_of(request), signed_in(request)
    _, record = find(services, coordinator, digest, Action.OPEN_RESTRICTED)
    return page(
        request,
        "restricted.html",
        status=422 if faults else 200,
        digest=digest,
        number=number(record.visit_id),
        typed=typed,
        letter=letter,
        faults=faults,
        max_reason=MAX_REASON,
    )


@post(
    "/fiches/{digest:str}/motif",
    guards=[guards.own_form, guards.clinical_coordinator],
    status_code=200,
    sync_to_thread=True,
)
def give_reason(
    request: PageRequest,
    digest: FromPath[str],
    data: Annotated[ReasonForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Keep why the visit is opened, log it, and show the record; otherwise say what is wrong, as typed."""
    services, coordinator = services_of(request), signed_in(request)
    reason = data.message.strip()
    if not reason:
        return reason_page(request, digest, typed=data.message, letter=data.letter, faults=("missing",))
    if len(reason) > MAX_REASON:
        return reason_page(request, digest, typed=data.message, letter=data.letter, faults=("too-long",))
    _, record = find(services, coordinator, digest, Action.OPEN_RESTRICTED)
    with services.store.session() as session:
        open_visit(session, actor(coordinator), record, reason, services.clock())
    if is_uuid(data.letter):
        return see(f"/coordination/courriers/{data.letter}")
    return see(f"/coordination/fiches/{digest}")


pages = [give_reason]
