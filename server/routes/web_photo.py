"""A photo of a record, as clinical coordinators see it on the record page; each opening is logged."""

from litestar import Response, get
from litestar.params import FromPath

from server.auth import guards
from server.projection import photos
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.around import photos_of
from server.review.errors import NotReviewable, ReasonNeeded
from server.routes.web_opening import find_open
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.notices import PhotoState

MEDIA_TYPE = "image/jpeg"
"""Fixed: it was checked to be one, and browsers are told not to guess (``nosniff``)."""


@get(
    "/fiches/{digest:str}/photos/{photo:str}",
    sync_to_thread=True,
    guards=[guards.clinical_coordinator],
    media_type=MEDIA_TYPE,
)
def photo_bytes(request: PageRequest, digest: FromPath[str], photo: FromPath[str]) -> Response[bytes]:
    """Return a complete photo of the record, which no cache keeps."""
    services, coordinator = services_of(request), signed_in(request)
    try:
        _, record = find_open(services, coordinator, digest, Action.OPEN_PHOTO)
    except ReasonNeeded as needed:
        # An image cannot ask; the page it belongs to does.
        raise NotReviewable from needed
    with services.store.session() as session:
        found = next((each for each in photos_of(session, record) if each.id == photo), None)
        if found is None or found.state is not PhotoState.COMPLETE:
            raise NotReviewable
        access_log.append(
            session, actor(coordinator), Action.OPEN_PHOTO, "photo", photo, Outcome.DONE, at=services.clock()
        )
        content = photos.image(session, found)
    return Response(content, media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


pages = [photo_bytes]
