"""A form's title is that of its latest version, of which 1.10.0 is later than 1.9.0."""

from server.report.facts import form_titles
from tests.support.published import another, registry_put_back

URL = "https://escale.example/fhir/Questionnaire/titled"


def test_the_title_is_that_of_the_latest_version_as_numbers() -> None:
    with registry_put_back() as registry:
        for version in ("1.10.0", "1.9.0"):
            registry.add(another(version, url=URL, title=f"Titre de {version}"))
        assert form_titles()["titled"][0] == "Titre de 1.10.0"
