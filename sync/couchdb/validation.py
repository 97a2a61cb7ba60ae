"""The design document by which CouchDB itself refuses what no tablet may write (`validation.js`)."""

import re
from pathlib import Path
from typing import Final

from sync.document import JsonValue

DESIGN_ID: Final = "_design/escale"

_SOURCE = Path(__file__).with_name("validation.js")
_LEADING_COMMENT = re.compile(r"\A/\*.*?\*/\s*", re.DOTALL)


def validation_function() -> str:
    """Return the function as CouchDB takes it: an expression, without the comment before it."""
    return _LEADING_COMMENT.sub("", _SOURCE.read_text("utf-8")).rstrip()


DESIGN_DOCUMENT: Final[dict[str, JsonValue]] = {
    "language": "javascript",
    "validate_doc_update": validation_function(),
}
