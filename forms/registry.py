"""The published forms that a process knows: those of this package, and those it is told of while it runs.

What is published never changes: a version known under its url keeps its bytes for ever (docs/forms.md).
"""

from collections.abc import Iterable, Iterator, Mapping

from forms.definition import Form
from forms.errors import FormChanged

Canonical = tuple[str, str]
"""A form's url and version."""


class Registry(Mapping[Canonical, Form]):
    """Published forms by url and version; readers in other threads see each addition whole."""

    def __init__(self, forms: Iterable[Form] = ()) -> None:
        self._forms: dict[Canonical, Form] = {}
        for form in forms:
            self.add(form)

    def add(self, form: Form) -> bool:
        """Take a form in; return whether it is new. Raises FormChanged when its version has other bytes."""
        canonical = (form.url, form.version)
        known = self._forms.get(canonical)
        if known is not None:
            if known.digest != form.digest:
                raise FormChanged(form.canonical, known.digest)
            return False
        # Replaced, not changed: whoever is going through the forms goes on with those there were.
        self._forms = {**self._forms, canonical: form}
        return True

    def __getitem__(self, canonical: Canonical) -> Form:
        """Return one form; raise KeyError."""
        return self._forms[canonical]

    def __iter__(self) -> Iterator[Canonical]:
        """Go through the forms' names as they are now."""
        return iter(self._forms)

    def __len__(self) -> int:
        """How many versions there are."""
        return len(self._forms)
