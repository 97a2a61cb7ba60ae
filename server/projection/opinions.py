"""Remote doctors' answers: of each visit the last act stands, and its team is told (wire §4.4, §5.2)."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from server.projection.statements import insert_rows, table
from server.store.follow_ups import Act
from server.store.remote import Opinion, OpinionOutbox

ACT_KIND = "remote_answer"


def derive(session: Session, acts: Collection[tuple[str, str]]) -> None:
    """Bring the opinions of these acts' visits to what the acts say, and queue them for their teams."""
    subjects = {subject for kind, subject in acts if kind == ACT_KIND}
    if not subjects:
        return
    found = session.exec(
        select(Act)
        .where(Act.kind == ACT_KIND, col(Act.subject).in_(subjects))
        .order_by(col(Act.at), col(Act.document_id))
    )
    standing = {act.subject: act for act in found}
    rows = []
    for subject, act in standing.items():
        visit, _, team = subject.partition(":")
        body = act.body
        columns = table(Opinion).c
        session.connection().execute(
            delete(table(Opinion)).where(columns.visit_id == visit, columns.team_id == team)
        )
        rows.append(
            {
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
                "at": act.at,
            }
        )
        _queue(session, visit, team)
    insert_rows(session, Opinion, rows)


def _queue(session: Session, visit: str, team: str) -> None:
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    outbox = table(OpinionOutbox)
    statement = insert(outbox).values(visit_id=visit, team_id=team, version=1)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["visit_id", "team_id"], set_={"version": outbox.c.version + 1}
        )
    )
