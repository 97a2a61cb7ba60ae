"""What a tablet or a hub may write: envelopes, once, and nothing else (wire §3.3).

An envelope's id is the digest of its content and its revision is pinned to the same digest. The same
envelope by any path is therefore the same document at the same revision: a graft, a resurrection, an edit
and a deletion are all refused by the same few comparisons, without looking at what is stored.
"""

import hashlib
import re
from typing import Final, NamedTuple, Protocol

from sync.document import IncomingDocument
from sync.revision import Revision

MAX_JWE_CHARACTERS: Final = 400_000

_ENVELOPE_ID = re.compile(r"e[0-9a-f]{64}")


class Refusal(NamedTuple):
    """Why a document is refused: a stable code, and a sentence for whoever reads the log."""

    code: str
    message: str

    def __str__(self) -> str:
        """Write what a client reads as the reason."""
        return f"{self.code}: {self.message}"


class WriteRule(Protocol):
    """Decides on one document from itself alone, so that every engine can decide alike."""

    def __call__(self, document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
        """Return why `document` may not be written, or None when it may."""


def envelope_rule(document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
    """Admit an envelope of wire §3.3, and nothing else.

    | code | refused because |
    |---|---|
    | `identifier` | the id is not "e" and 64 hexadecimal digits |
    | `edit` | `new_edits` is not false: the engine would choose the revision |
    | `deletion` | envelopes are never deleted by those who bring them |
    | `attachment` | an envelope is one string |
    | `body` | members other than `jwe`, or `jwe` is not a string |
    | `size` | `jwe` is over 400,000 characters |
    | `digest` | the id is not the digest of `jwe` |
    | `revision` | the revision is not exactly 1-(first 32 digits of the digest) |
    """
    return _refused_kind(document, new_edits=new_edits) or _refused_content(document)


def _refused_kind(document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
    if _ENVELOPE_ID.fullmatch(document.identifier) is None:
        return Refusal("identifier", "the id is not that of an envelope")
    if new_edits:
        return Refusal("edit", "an envelope is written with new_edits false")
    if document.deleted:
        return Refusal("deletion", "an envelope is not deleted by a device")
    if document.attachments:
        return Refusal("attachment", "an envelope has no attachments")
    return None


def _refused_content(document: IncomingDocument) -> Refusal | None:
    jwe = document.body.get("jwe")
    if len(document.body) != 1 or not isinstance(jwe, str):
        return Refusal("body", "an envelope holds one string, jwe, and nothing else")
    if len(jwe) > MAX_JWE_CHARACTERS:
        return Refusal("size", f"jwe is over {MAX_JWE_CHARACTERS} characters")
    # surrogatepass: a lone surrogate, which no JWE has, must end as a wrong digest and not as a crash.
    digest = hashlib.sha256(jwe.encode("utf-8", "surrogatepass")).hexdigest()
    if document.identifier != f"e{digest}":
        return Refusal("digest", "the id is not the digest of jwe")
    if document.revisions != (Revision(1, digest[:32]),):
        return Refusal("revision", "the revision is not the one pinned to the digest")
    return None
