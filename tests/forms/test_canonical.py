"""A name is that of one url, and a version is later than those before it, compared as numbers."""

from typing import Any

import pytest

from forms.canonical import in_order, misnamed
from forms.definition import Form
from tests.support.published import another

URL = "https://escale.example/fhir/Questionnaire/medicobus-consultation"


def told(form: Form, *known: Form) -> list[str]:
    return [str(defect) for defect in misnamed(form, known)]


def named(url: str, **members: Any) -> Form:
    return another("1.0.0", url=url, **members)


def test_the_name_of_a_form_published_under_another_url_is_refused_with_its_place() -> None:
    assert told(named("https://other.org/medicobus-consultation"), another("1.1.0"), another("1.2.0")) == [
        f"url: medicobus-consultation is the name of {URL}, published already"
    ]
    assert told(named("https://other.org/medicobus"), another("1.1.0")) == []


@pytest.mark.parametrize("version", ["1.9.9", "1.10.0", "0.11.0"])
def test_a_version_that_is_not_later_than_the_latest_is_refused(version: str) -> None:
    assert told(another(version), another("1.10.0"), another("1.9.0")) == [
        "version: 1.10.0 is published: a later version is expected"
    ]


@pytest.mark.parametrize("version", ["1.10.1", "1.11.0", "2.0.0"])
def test_a_later_version_is_taken(version: str) -> None:
    assert told(another(version), another("1.10.0"), another("1.9.0")) == []


def test_versions_are_ordered_as_numbers() -> None:
    forms = [another(version) for version in ("1.10.0", "1.2.0", "1.9.0", "0.12.3")]
    assert [form.version for form in in_order(forms)] == ["0.12.3", "1.2.0", "1.9.0", "1.10.0"]
