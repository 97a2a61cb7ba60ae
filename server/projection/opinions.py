"""Remote doctors' answers: of each visit the last act stands, and its team is told (wire §4.4, §5.2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from server.matching.traits import without_title
from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey
from server.store.follow_ups import Act
from server.store.remote import Opinion, OpinionOutbox

ACT_KIND = "remote_answer"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a remote doctor answered in one form: values (codes, or one number) and absences by linkId."""

    form_url: str
    form_version: str
    values: Mapping[str, tuple[str, ...] | float]
    absences: Mapping[str, str]


def heard(session: Session, visits: Collection[VisitKey]) -> dict[VisitKey, list[Heard]]:
    """Return what was answered through links, by visit: the outcome, then the doctor's satisfaction."""
    found: dict[VisitKey, list[Heard]] = {}
    for row in session.exec(
        select(Opinion).where(among_visits(col(Opinion.visit_id), col(Opinion.team_id), visits))
    ):
        told = [_heard(row.form_url, row.form_version, row.answers)]
        if row.satisfaction is not None:
            form = row.satisfaction["form"]
            told.append(_heard(form["url"], form["version"], row.satisfaction["answers"]))
        found[row.visit_id, row.team_id] = told
    return found


def _heard(url: str, version: str, flat: Mapping[str, Mapping[str, Any]]) -> Heard:
    values = {link_id: _values(answer["values"]) for link_id, answer in flat.items() if "values" in answer}
    absences = {link_id: str(answer["absent"]) for link_id, answer in flat.items() if "absent" in answer}
    return Heard(url, version, values, absences)


def _values(given: Sequence[Any]) -> tuple[str, ...] | float:
    """The values of a flat answer (forms.md) as rows of answers hold them."""
    first = given[0]
    if isinstance(first, bool):
        return (str(first).lower(),)
    if isinstance(first, int | float):
        return float(first)
    return tuple(str(value) for value in given)


def derive(session: Session, acts: Collection[tuple[str, str]]) -> set[VisitKey]:
    """Bring the opinions of these acts' visits to what the acts say, and queue them for their teams.

    Return the visits.
    """
    subjects = {subject for kind, subject in acts if kind == ACT_KIND}
    if not subjects:
        return set()
    found = session.exec(
        select(Act)
        .where(Act.kind == ACT_KIND, col(Act.subject).in_(subjects))
        .order_by(col(Act.at), col(Act.document_id))
    )
    standing = {act.subject: act for act in found}
    rows = []
    for subject, act in standing.items():
        visit, _, team = subject.partition(":")
        columns = table(Opinion).c
        session.connection().execute(
            delete(table(Opinion)).where(columns.visit_id == visit, columns.team_id == team)
        )
        rows.append(_row(act))
        queue(session, visit, team)
    insert_rows(session, Opinion, rows)
    return {(row["visit_id"], row["team_id"]) for row in rows}


def physician_key(rpps: str | None, name: str) -> str:
    """Return who answered, for counting: by RPPS number, else by name without title, accents and spaces."""
    return f"rpps:{rpps}" if rpps else f"name:{without_title(name) or ' '.join(name.split())}"


def earlier(session: Session, standing: Opinion) -> list[Opinion]:
    """Return what was answered before the opinion that stands, the last first; rows of no table."""
    found = session.exec(
        select(Act)
        .where(
            Act.kind == ACT_KIND,
            Act.subject == f"{standing.visit_id}:{standing.team_id}",
            Act.document_id != standing.act_id,
        )
        .order_by(col(Act.at).desc(), col(Act.document_id).desc())
    )
    return [Opinion(**_row(act)) for act in found]


def _row(act: Act) -> dict[str, Any]:
    visit, _, team = act.subject.partition(":")
    body = act.body
    return {
        "visit_id": visit,
        "team_id": team,
        "act_id": act.document_id,
        "link_id": body["link"],
        "member_id": act.member_id,
        "form_url": body["form"]["url"],
        "form_version": body["form"]["version"],
        "answers": body["answers"],
        "satisfaction": body["satisfaction"],
        "signed_name": body["signed_name"],
        "rpps": body["rpps"],
        "physician_key": physician_key(body["rpps"], body["signed_name"]),
        "at": act.at,
    }


def queue(session: Session, visit: str, team: str) -> None:
    """Have a visit's opinion told to its team, once more if it was."""
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    outbox = table(OpinionOutbox)
    statement = insert(outbox).values(visit_id=visit, team_id=team, version=1)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["visit_id", "team_id"], set_={"version": outbox.c.version + 1}
        )
    )
