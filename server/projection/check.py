"""Is a signed record one of this organisation, team and form, and are its answers valid?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from forms.communes import Position
from forms.definition import Form
from forms.errors import ResponseMalformed
from forms.finding import Finding
from forms.response import Answer, read
from forms.validate import validate
from server.central.publication import Forms
from server.envelope import bundle
from server.envelope.open import Opened
from server.envelope.payload import Payload
from server.projection.errors import Refused
from server.projection.facts import TeamFacts
from server.store.control import Stop

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Content:
    """What an accepted record says: of the person as known, its answers, and what is to be looked at in them.

    The resources themselves are let go: a page's, kept together, would be most of the memory.
    """

    form: Form
    person: str | None
    birth_date: date | None
    sex: str | None
    answers: Mapping[str, Answer]
    warnings: tuple[Finding, ...]


def check_place(payload: Payload, opened: Opened, organisation: str, team: TeamFacts | None) -> None:
    """Check that the record lies where it was signed for; raise ``Refused``."""
    if payload.organization != organisation:
        raise Refused("organization-mismatch")
    if team is None or payload.team != team.id or opened.team != team.id:
        raise Refused("team-mismatch")
    if opened.epoch not in team.epochs:
        raise Refused("unknown-key")


def check_date(payload: Payload, seen_at: datetime) -> None:
    """Check that it was signed between 2020 and a day after it was first seen; raise ``Refused``."""
    signed_at = payload.corrected_signed_at
    if signed_at is None or not EARLIEST <= signed_at <= seen_at + CLOCK_TOLERANCE:
        raise Refused("date-impossible")


def check_content(payload: Payload, *, forms: Forms, stop: Stop | None, seen_on: date) -> Content:
    """Return what the record says once the form's rules hold.

    Raises ``Refused``, and ``PayloadInvalid`` for a bundle that is not that of wire §2.1. A warning does not
    refuse a record: it becomes a finding.
    """
    form = forms.get((payload.form.url, payload.form.version))
    if form is None:
        raise Refused("unknown-form")
    if form.digest != payload.form.digest:
        raise Refused("form-digest-mismatch")
    resources = bundle.read(payload)
    if stop is None:
        raise Refused("unknown-stop")
    if stop.team_id != payload.team:
        raise Refused("team-mismatch", "$.stop")
    if stop.campaign_id != payload.campaign:
        raise Refused("payload-invalid", "$.campaign")
    try:
        response = read(form, resources.response)
    except ResponseMalformed as error:
        raise Refused("payload-invalid", "$.content.entry[QuestionnaireResponse]") from error
    findings = validate(
        form,
        response,
        visit_date=resources.visit_date,
        stop=Position(stop.latitude, stop.longitude),
        today=seen_on,
    )
    errors = [f"{finding.link_id}: {finding.code}" for finding in findings if finding.severity == "error"]
    if errors:
        raise Refused("content-invalid", *errors)
    return Content(
        form=form,
        person=resources.person,
        birth_date=resources.birth_date,
        sex=resources.sex,
        answers=response.answers,
        warnings=tuple(findings),
    )
