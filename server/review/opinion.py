"""A remote doctor's opinion as the record page shows it, beside the visit's records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from forms.build import answers_from_flat
from forms.definition import Form
from forms.present import Language, Row, rows
from forms.response import Response
from server.projection.opinions import earlier
from server.store.read import Record
from server.store.remote import Opinion


@dataclass(frozen=True, slots=True)
class OpinionShown:
    """What a reviewer sees of an opinion; ``hidden``: answers that they may not.

    ``known``: whether the form's version is published here. ``satisfaction``: what is said of the act.
    ``earlier``: those that it took the place of, the last first.
    """

    opinion: Opinion
    rows: tuple[Row, ...]
    satisfaction: tuple[Row, ...]
    hidden: int
    known: bool
    earlier: tuple["OpinionShown", ...] = ()


def opinion_shown(
    session: Session,
    forms: Mapping[tuple[str, str], Form],
    record: Record,
    language: Language,
    may_see: Callable[[Row], bool],
) -> OpinionShown | None:
    """Return the opinion that stands for a record's visit; None when there is none."""
    opinion = session.get(Opinion, (record.visit_id, record.team_id))
    if opinion is None:
        return None
    before = tuple(_shown(each, forms, language, may_see) for each in earlier(session, opinion))
    return replace(_shown(opinion, forms, language, may_see), earlier=before)


def _shown(
    opinion: Opinion,
    forms: Mapping[tuple[str, str], Form],
    language: Language,
    may_see: Callable[[Row], bool],
) -> OpinionShown:
    form = forms.get((opinion.form_url, opinion.form_version))
    answered = _rows(form, opinion.answers, language)
    pleased: list[Row] = []
    if opinion.satisfaction is not None:
        named = opinion.satisfaction["form"]
        pleased = _rows(
            forms.get((named["url"], named["version"])), opinion.satisfaction["answers"], language
        )
    seen = tuple(row for row in answered if may_see(row))
    seen_pleased = tuple(row for row in pleased if may_see(row))
    hidden = len(answered) + len(pleased) - len(seen) - len(seen_pleased)
    return OpinionShown(opinion, seen, seen_pleased, hidden, form is not None)


def _rows(form: Form | None, flat: Mapping[str, Mapping[str, Any]], language: Language) -> list[Row]:
    return [] if form is None else rows(form, Response(answers_from_flat(flat)), language)
