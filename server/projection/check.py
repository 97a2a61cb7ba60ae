"""Is what was signed of this organisation, team and form, and are a record's answers valid?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from forms.communes import Position
from forms.definition import Form
from forms.errors import ResponseMalformed
from forms.finding import CALCULATION, Finding
from forms.response import Answer, read
from forms.validate import validate
from server.central.publication import Forms
from server.envelope import bundle
from server.envelope.notice import AttendanceNotice, Notice
from server.envelope.open import Opened
from server.envelope.payload import Payload, Signed
from server.envelope.verify import SlotKey
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
    to_look_at: tuple[Finding, ...]

    @property
    def asks_secrecy(self) -> bool:
        """Whether a question that restricts is answered yes: it is then to be restricted (wire §2.3)."""
        return any(
            self.form.index[link_id].restricts and True in answer.values
            for link_id, answer in self.answers.items()
        )


def check_place(
    payload: Signed, opened: Opened, signer: SlotKey, organisation: str, team: TeamFacts | None
) -> None:
    """Check that it lies where it was signed for, and is sealed as it was signed; raise ``Refused``."""
    if payload.organization != organisation:
        raise Refused("organization-mismatch")
    if team is None or payload.team != team.id:
        raise Refused("team-mismatch")
    if payload.is_restricted or opened.agreement is not None:
        if not payload.is_restricted or opened.agreement != signer.agreement:
            raise Refused("restriction-mismatch")
        return
    if opened.team != team.id:
        raise Refused("team-mismatch")
    if opened.epoch not in team.epochs:
        raise Refused("unknown-key")


def check_date(payload: Signed, seen_at: datetime) -> None:
    """Check that it was signed between 2020 and a day after it was first seen; raise ``Refused``."""
    _check_instant(payload.corrected_signed_at, seen_at)


def check_notice(notice: Notice, *, stop: Stop | None, campaigns: Collection[str], seen_at: datetime) -> None:
    """Check that a notice is of a known stop of its team, and happened when it could; raise ``Refused``."""
    _check_stop(notice, stop, campaigns)
    if isinstance(notice, AttendanceNotice):
        _check_instant(notice.corrected(notice.at), seen_at)


def _check_instant(instant: datetime | None, seen_at: datetime) -> None:
    if instant is None or not EARLIEST <= instant <= seen_at + CLOCK_TOLERANCE:
        raise Refused("date-impossible")


def _check_stop(payload: Signed, stop: Stop | None, campaigns: Collection[str]) -> Stop:
    if stop is None:
        raise Refused("unknown-stop")
    if stop.team_id != payload.team:
        raise Refused("team-mismatch", "$.stop")
    # Any campaign of the organisation: the stop may have been given another since the tablet read it.
    if payload.campaign not in campaigns:
        raise Refused("payload-invalid", "$.campaign")
    return stop


def check_content(
    payload: Payload, *, forms: Forms, stop: Stop | None, campaigns: Collection[str], seen_on: date
) -> Content:
    """Return what the record says once the form's rules hold; ``campaigns`` are those known.

    Raises ``Refused``, and ``PayloadInvalid`` for a bundle that is not that of wire §2.1. A warning does not
    refuse a record: it becomes a finding. Neither does a calculated value that is another here than on the
    tablet: it stays as recorded, what follows is judged by it, and a reviewer is told.
    """
    form = forms.get((payload.form.url, payload.form.version))
    if form is None:
        raise Refused("unknown-form")
    if form.digest != payload.form.digest:
        raise Refused("form-digest-mismatch")
    resources = bundle.read(payload)
    stop = _check_stop(payload, stop, campaigns)
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
        as_recorded=True,
    )
    errors = [
        f"{finding.link_id}: {finding.code}"
        for finding in findings
        if finding.severity == "error" and finding.code != CALCULATION
    ]
    if errors:
        raise Refused("content-invalid", *errors)
    return Content(
        form=form,
        person=resources.person,
        birth_date=resources.birth_date,
        sex=resources.sex,
        answers=response.answers,
        to_look_at=tuple(findings),
    )
