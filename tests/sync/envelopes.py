"""Documents for tests: well-formed envelopes, and revisions that are easy to read."""

import hashlib

from sync.document import IncomingDocument, JsonValue
from sync.revision import Revision


def envelope(number: int, *, characters: int = 400) -> dict[str, JsonValue]:
    """Return the envelope document (wire §3.3) of a `jwe` that only its number distinguishes."""
    jwe = f'{{"ciphertext":"{number:06d}'.ljust(characters - 2, "A") + '"}'
    digest = hashlib.sha256(jwe.encode()).hexdigest()
    return {"_id": f"e{digest}", "_rev": f"1-{digest[:32]}", "jwe": jwe}


def incoming_envelope(number: int, *, characters: int = 400) -> IncomingDocument:
    """Return the same envelope, read."""
    return IncomingDocument.from_json(envelope(number, characters=characters))


def revision_path(*revisions: str) -> tuple[Revision, ...]:
    """Read revisions, newest first."""
    return tuple(Revision.parse(revision) for revision in revisions)


def replicated(
    identifier: str, *revisions: str, deleted: bool = False, value: JsonValue = None
) -> IncomingDocument:
    """Return a document as another node sends it; its content names its revision unless `value` is given."""
    body: dict[str, JsonValue] = {"value": revisions[0] if value is None else value}
    return IncomingDocument(identifier, {} if deleted else body, revision_path(*revisions), deleted)
