"""One person's answers, from a kiosk, a poster or paper: checked by the form, kept once, without an hour.

A kiosk's come sealed to the organisation (wire §6.1): the tablet that carries them cannot read them again.
What is kept of an answer is its values or its stated absence, nothing that says who wrote it down.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from forms.definition import Form
from server.identifiers import is_uuid
from server.keys.errors import CannotOpen
from server.keys.organisation import OrganisationKeys
from server.projection.statements import table
from server.questionnaire.asked import Asked, Given, of_sections
from server.questionnaire.typed import flat
from server.store.control import Campaign
from server.store.satisfaction import Channel, SatisfactionResponse

Forms = Mapping[tuple[str, str], Form]

FORM_URL: Final = "https://escale.example/fhir/Questionnaire/satisfaction-patient"
MOST_SEALED: Final = 20_000
"""Characters of one sealed response: far more than the form holds."""
OLDEST: Final = timedelta(weeks=60)
"""A kiosk without network may hand over weeks late; beyond, its clock was wrong."""


class _Named(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    version: str


class _Response(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(max_length=36)]
    form: _Named
    campaign: Annotated[str, msgspec.Meta(max_length=36)]
    week: date
    channel: Literal["kiosk"]
    answers: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a delivery; ``refused`` and ``later`` are positions in it. Together they are all of it.

    ``later``: sound as far as can be told, of a form version or a campaign not known here. A server restored
    from before their publication knows them again later: whoever sent them keeps them.
    """

    stored: int
    refused: list[int]
    later: list[int]


def asked_of(form: Form, day: date) -> Asked:
    """Return all the questions of a satisfaction form."""
    return Asked(form=form, link_ids=of_sections(form), day=day)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def take(
    session: Session, keys: OrganisationKeys, forms: Forms, delivered: Sequence[str], today: date
) -> Taken:
    """Open and keep what a kiosk delivers; one that came before is stored, what is wrong is left out."""
    refused, later = [], []
    for position, compact in enumerate(delivered):
        found = _opened(compact, keys)
        if found is None or not _is_plausible(found, today):
            refused.append(position)
            continue
        if not _is_known(session, forms, found):
            later.append(position)
            continue
        given = _checked(forms, found)
        if given is None:
            refused.append(position)
            continue
        keep(
            session,
            found.id,
            campaign=found.campaign,
            week=found.week,
            channel=Channel.KIOSK,
            form=forms[found.form.url, found.form.version],
            given=given,
        )
    return Taken(len(delivered) - len(refused) - len(later), refused, later)


def keep(
    session: Session,
    identifier: str,
    *,
    campaign: str,
    week: date,
    channel: Channel,
    form: Form,
    given: Given,
) -> None:
    """Keep sound answers; the same identifier twice is kept once, as it first came."""
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table(SatisfactionResponse)).values(
        id=identifier,
        campaign_id=campaign,
        week=week,
        channel=channel,
        form_url=form.url,
        form_version=form.version,
        answers=flat(given.answers),
    )
    connection.execute(statement.on_conflict_do_nothing())


def drawn_id(text: str) -> str:
    """Return the identifier that a page drew, or a new one when it is none."""
    return text if is_uuid(text) else str(uuid.uuid4())


def _opened(compact: str, keys: OrganisationKeys) -> _Response | None:
    if len(compact) > MOST_SEALED:
        return None
    try:
        return msgspec.json.decode(keys.open_sealed(compact), type=_Response)
    except (CannotOpen, msgspec.DecodeError):
        return None


def _is_plausible(found: _Response, today: date) -> bool:
    """Whether it may be a response at all, whatever is published here."""
    if found.form.url != FORM_URL or not is_uuid(found.id) or not is_uuid(found.campaign):
        return False
    return found.week.weekday() == 0 and today - OLDEST <= found.week <= today + timedelta(days=1)


def _is_known(session: Session, forms: Forms, found: _Response) -> bool:
    if (found.form.url, found.form.version) not in forms:
        return False
    return session.exec(select(Campaign.id).where(Campaign.id == found.campaign)).first() is not None


def _checked(forms: Forms, found: _Response) -> Given | None:
    try:
        given = asked_of(forms[found.form.url, found.form.version], found.week).answered(found.answers)
    except ValueError:
        return None
    return given if given.is_sound and given.answers else None
