"""French words that agree with a person's recorded sex; where it is not known, both endings stay."""

import re
from typing import Final

_BOTH: Final = re.compile(r"\(e\)")
_ENDINGS: Final = {"F": "e", "M": ""}


def agreed(text: str, sex: str | None) -> str:
    """Return a text whose ``(e)`` endings agree: ``reçu(e)`` is ``reçue`` of ``F``, ``reçu`` of ``M``.

    ``sex``: the code of the civil status, as recorded. Of any other, and of None, the text stays as written.
    """
    ending = _ENDINGS.get(sex or "")
    return text if ending is None else _BOTH.sub(ending, text)
