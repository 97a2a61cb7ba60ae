"""What can go wrong with a form as software; what is wrong with an answer is a finding (`forms.finding`).

::

    FormsError
    ├── FormInvalid           a definition file is outside the subset; carries every defect
    ├── FormChanged           this version is published already, with other bytes
    ├── ExpressionRefused     a FHIRPath expression is outside the allowed list
    ├── ExpressionFailed      an allowed expression could not be evaluated
    ├── ResponseMalformed     the resource is no QuestionnaireResponse of this form
    ├── CommuneTableInvalid   the table of communes cannot be read
    └── CommandRefused        what a command was given cannot be worked with; says why in one line
"""

from collections.abc import Sequence

import msgspec

from forms.reason import Reason

WHOLE_FILE = "(file)"
"""The place of what is wrong with a file as a whole."""


class Defect(msgspec.Struct, frozen=True):
    """One reason to refuse a definition file.

    `place`: a path in the JSON (`item[0].item[2].text`), or the linkId of an item that does not fit the
    others. `link_id` and `path`: both at once, as far as there are (`forms.location`).
    """

    place: str
    reason: Reason
    link_id: str = ""
    path: str = ""

    def __str__(self) -> str:
        """`place: message`, one line."""
        return f"{self.place}: {self.reason.english}"


class FormsError(Exception):
    """Any failure of this package."""


class FormInvalid(FormsError):
    """A definition file is not within the subset of docs/forms.md; `defects` holds every reason."""

    def __init__(self, source: str, defects: Sequence[Defect]) -> None:
        super().__init__(f"{source}: {len(defects)} defects, first: {defects[0]}")
        self.source = source
        self.defects = tuple(defects)


class FormChanged(FormsError):
    """A published version never changes; `digest` is that of the bytes it has."""

    def __init__(self, canonical: str, digest: str) -> None:
        super().__init__(f"{canonical} is published as {digest}")
        self.canonical = canonical
        self.digest = digest


class ExpressionRefused(FormsError):
    """A FHIRPath expression uses something that docs/forms.md does not allow; `reasons` are all of it."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("; ".join(reason.english for reason in reasons))
        self.reasons = reasons


class ExpressionFailed(FormsError):
    """An allowed FHIRPath expression raised; carries the expression, never an answer."""


class ResponseMalformed(FormsError):
    """The resource is not a QuestionnaireResponse, or answers another form or version."""


class CommandRefused(FormsError):
    """What a command was given cannot be worked with; one line says why."""


class CommuneTableInvalid(FormsError):
    """A line of the table of communes is not `code;name;latitude;longitude;population`."""
