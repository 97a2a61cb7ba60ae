"""Which version of a published form a page asks: the latest."""

from collections.abc import Mapping

from forms.canonical import order
from forms.definition import Form


def latest(forms: Mapping[tuple[str, str], Form], url: str) -> Form | None:
    """Return the latest published version of a form; None when none is."""
    versions = [form for (each, _), form in forms.items() if each == url]
    return max(versions, key=lambda form: order(form.version), default=None)
