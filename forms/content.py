"""From the bytes of a definition file to one JSON object, or the one reason why there is none."""

import codecs
import json
from decimal import Decimal

from forms.errors import WHOLE_FILE, Defect, FormInvalid
from forms.reason import Reason, because

Document = dict[str, object]

_MOST_DIGITS = 30
"""Of a number, before or after its point."""


class _TwiceInOneObject(ValueError):
    """A member occurs twice in one object: readers would disagree on it."""


def without_mark(content: bytes) -> bytes:
    """The bytes without a byte order mark, which some editors write and JSON does not allow."""
    return content.removeprefix(codecs.BOM_UTF8)


def questionnaire(content: bytes, source: str) -> Document:
    """The object of a Questionnaire, numbers exact. Raises FormInvalid with one defect, of the whole file."""
    reason: Reason
    try:
        found = json.loads(content.decode(), parse_float=_number, object_pairs_hook=_members)
    except UnicodeDecodeError:
        reason = because("the file is not text in UTF-8")
    except json.JSONDecodeError as error:
        reason = because(
            "the file is not JSON: line {line}, column {column}", line=error.lineno, column=error.colno
        )
        if not content.strip():
            reason = because("the file is empty")
    except _TwiceInOneObject as error:
        reason = because("{member} occurs twice in one object", member=error)
    except RecursionError:
        reason = too_deep()
    except ValueError:
        reason = because("a number of the file is too long")
    else:
        if isinstance(found, dict) and found.get("resourceType") == "Questionnaire":
            return found
        kind = found.get("resourceType") if isinstance(found, dict) else None
        reason = because("the file is no FHIR Questionnaire")
        if isinstance(kind, str) and kind.isalpha():
            reason = because("the file is no FHIR Questionnaire, but a {kind}", kind=kind)
    raise FormInvalid(source, [Defect(WHOLE_FILE, reason)])


def too_deep() -> Reason:
    """What is told of objects within objects without end."""
    return because("the file is nested too deeply to be read")


def _number(written: str) -> Decimal:
    """The number as written; one whose digits would fill the memory, `1E+999999`, is too long."""
    number = Decimal(written)
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(written)
    return number


def _members(pairs: list[tuple[str, object]]) -> Document:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceInOneObject(next(name for name in names if names.count(name) > 1))
    return members
