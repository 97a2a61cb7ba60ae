"""Which revision a write replaces: named in its body, its query or its headers."""

from sync.errors import BadRequest, InvalidRevision
from sync.http.request import Request
from sync.revision import Revision


def named_revision(request: Request, in_body: tuple[Revision, ...] = ()) -> Revision | None:
    """Return the revision that a write replaces, named in up to three places. Raises BadRequest."""
    query = request.query.get("rev")
    in_query = None if query is None else Revision.parse(query)
    header = request.headers.get("if-match", "").strip().strip('"') or None
    in_header = None if header is None else Revision.parse(header)
    if in_body and in_query is not None and in_query != in_body[0]:
        raise BadRequest("Document rev from request body and query string have different values")
    explicit = in_body[0] if in_body else in_query
    if explicit is not None and in_header is not None and explicit != in_header:
        raise BadRequest("Document rev and etag have different values")
    return explicit or in_header


def revision_texts(value: object) -> list[str]:
    """Return the revisions that a client lists. Raises BadRequest, InvalidRevision."""
    if not isinstance(value, list):
        raise BadRequest("Invalid list of revisions")
    if not all(isinstance(text, str) for text in value):
        raise InvalidRevision("Invalid rev format")
    return value
