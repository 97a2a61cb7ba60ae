"""Rows of answers: one a value or absence, some sixty a record, most of what the projection writes."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from forms.definition import Item, Value
from forms.photo import Photo
from server.projection.examine import Examined
from server.projection.statements import table
from server.store.read import Answer

_COLUMNS = (
    "record_digest",
    "link_id",
    "position",
    "item_class",
    "absence",
    "value_code",
    "value_text",
    "value_number",
    "unit",
    "author_id",
)
_Shown = tuple[str | None, str | None, float | None, str | None]
"""Code, text, number and unit."""
_Row = tuple[str, str, int, str, str | None, str | None, str | None, float | None, str | None, str]
"""Values in the order of ``_COLUMNS``, which is the table's; plain tuples, for there are many."""


def write(session: Session, accepted: Sequence[Examined]) -> None:
    """Insert the answers of these envelopes, none of which was written before."""
    # In the order of their index, which is thus filled page by page.
    by_digest = {envelope.digest: envelope for envelope in accepted if envelope.digest}
    rows = [row for digest in sorted(by_digest) for row in _rows(digest, by_digest[digest])]
    if rows:
        _insert(session, rows)


def _insert(session: Session, rows: Sequence[_Row]) -> None:
    """Insert answers past SQLAlchemy's handling of each value: sixty rows a record, all texts and numbers."""
    connection = session.connection()
    statement = insert(table(Answer)).compile(dialect=connection.dialect)
    if not isinstance(statement, SQLCompiler):
        raise TypeError("an insert compiles to SQL")
    if statement.positiontup is None:
        connection.exec_driver_sql(statement.string, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    elif tuple(statement.positiontup) == _COLUMNS:
        connection.exec_driver_sql(statement.string, list(rows))
    else:
        raise TypeError("the columns of the table are in another order")


def _rows(digest: str, envelope: Examined) -> Iterator[_Row]:
    payload, content = envelope.payload, envelope.content
    if payload is None or content is None:
        return
    for link_id, answer in content.answers.items():
        item = content.form.index[link_id]
        author = answer.answered_by or payload.member
        if answer.absent is not None:
            yield digest, link_id, 0, item.item_class, answer.absent, None, None, None, None, author
        for position, value in enumerate(answer.values):
            display = answer.displays[position] if answer.displays else None
            shown = _value(item, value, display)
            yield digest, link_id, position, item.item_class, None, *shown, author


def _value(item: Item, value: Value, display: str | None) -> _Shown:
    if isinstance(value, bool):
        return "true" if value else "false", None, None, None
    if isinstance(value, int | Decimal):
        return None, None, float(value), item.unit.code if item.unit else None
    if isinstance(value, Photo):
        return value.photo, None, None, None
    if item.type == "choice":
        option = item.options.get(value)
        return value, option.display if option else display, None, None
    return None, value, None, None
