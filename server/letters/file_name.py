"""The name of a letter's file, as secure messaging expects it (socle MSSanté ECO.2.1.6)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from forms.definition import Form
from server.letters.rules import rule_of

CONSULTATION: Final = "Compte-rendu-consultation"
"""Of a form without a type of its own, and of the letters kept before their content said theirs."""
SEVERAL: Final = "Compte-rendu-passage"
MAX_TYPE = 40


def file_type(forms: Sequence[Form]) -> str:
    """Return the document's type, of at most ``MAX_TYPE`` characters, by the forms it tells of."""
    types = {rule_of(form).file_type or CONSULTATION for form in forms}
    return types.pop() if len(types) == 1 else SEVERAL


def file_name(content: Mapping[str, Any], day: date) -> str:
    """Return the name of the file: day of the visit, type, name, first name.

    ``content``: the letter's, as it was kept.
    """
    identity = content["identity"]
    parts = [_plain(identity["family"]) or "IDENTITE-NON-RENSEIGNEE", _plain(identity["given"])]
    kept_type = content.get("file_type") or CONSULTATION
    return "_".join(part for part in (f"{day:%Y%m%d}", kept_type, *parts) if part) + ".pdf"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-")[:60]
