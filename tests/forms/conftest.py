"""The published form under test, and the vectors that both languages run."""

import pytest

from forms.definition import Form
from forms.load import published

MEDICOBUS = ("https://escale.example/fhir/Questionnaire/medicobus-consultation", "1.0.0")


@pytest.fixture(scope="session")
def latest() -> Form:
    """The consultation with parts, minors, photos and carried answers."""
    return published()[MEDICOBUS[0], "1.1.0"]


@pytest.fixture(scope="session")
def medicobus() -> Form:
    return published()[MEDICOBUS]
