"""Forms published while tests run: other versions of a packaged one, and the process's registry put back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forms.definition import Form
from forms.load import parse, published
from forms.registry import Registry
from tests.support.organisation import FORM


def bytes_of(version: str, **members: Any) -> bytes:
    """Medicobus 1.1.0 as another version; ``members`` replace those of the Questionnaire."""
    document = json.loads(published()[FORM[0], "1.1.0"].text)
    return json.dumps({**document, "version": version, **members}, ensure_ascii=False).encode()


def another(version: str, **members: Any) -> Form:
    """The same, read as a form."""
    return parse(bytes_of(version, **members), version)


@contextmanager
def registry_put_back() -> Iterator[Registry]:
    """The process's registry, which forgets afterwards what was added meanwhile."""
    registry = published()
    before = registry._forms
    try:
        yield registry
    finally:
        registry._forms = before
