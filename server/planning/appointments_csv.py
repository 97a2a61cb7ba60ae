"""A spreadsheet of appointments (CSV), read forgivingly: what was understood, and line by line what was not.

Pure: no table, no clock. Nothing of a column that is not named here is kept: a file exported from elsewhere
may hold reasons for coming, and they have no place in a list of appointments.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from forms.communes import CommuneTable
from server.planning import typed
from server.planning.appointment import Appointment, StopChoice
from server.planning.appointment_columns import HEADER_WITHIN, MAX_COLUMNS, Column, header
from server.planning.typed import Note, Read, Unreadable, Why

MAX_BYTES = 1_000_000
MAX_LINES = 2_000
MAX_CELL = 200
_SHOWN = 60

Value = TypeVar("Value")


class Refusal(StrEnum):
    """Why nothing of a file can be read."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NO_HEADER = "no-header"
    NO_HOUR = "no-hour"
    NO_LINES = "no-lines"


class LineFault(StrEnum):
    """Why a line is not taken, beside what ``typed.Why`` says of one cell."""

    CELL_TOO_LONG = "cell-too-long"
    MALFORMED = "malformed"
    TOO_MANY_LINES = "too-many-lines"
    NO_HOUR = "no-hour"
    NO_STOP_THAT_DAY = "no-stop-that-day"
    UNKNOWN_PLACE = "unknown-place"
    WHICH_STOP = "which-stop"


class LineNote(StrEnum):
    """What is worth a look in a line that is taken, or why it is not taken twice."""

    OUTSIDE_HOURS = "outside-hours"
    TWICE_IN_FILE = "twice-in-file"
    ALREADY_EXPECTED = "already-expected"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a line: its number in the file, the column's title there, what was read, why."""

    line: int
    column: str
    read: str
    code: Why | Note | LineFault | LineNote
    taken_as: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says: ``lines`` are numbers in the file beside the appointments that would be made."""

    refusal: Refusal | None = None
    lines: tuple[tuple[int, Appointment], ...] = ()
    faults: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    duplicates: tuple[Remark, ...] = ()
    ignored: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file is read against: the stops that may be meant, and who is expected there already."""

    today: date
    communes: CommuneTable
    stops: Sequence[StopChoice]
    known: Sequence[Appointment] = ()


@dataclass(slots=True)
class _Found:
    """What is gathered while the lines are read."""

    lines: list[tuple[int, Appointment]] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    duplicates: list[Remark] = field(default_factory=list)
    by_name: dict[tuple[str, str, str], list[tuple[Appointment, LineNote]]] = field(default_factory=dict)

    def remember(self, appointment: Appointment, note: LineNote) -> None:
        self.by_name.setdefault(appointment.named, []).append((appointment, note))

    def known(self, appointment: Appointment) -> LineNote | None:
        named = self.by_name.get(appointment.named, ())
        return next((note for other, note in named if appointment.is_of_the_person_of(other)), None)


def read(content: bytes, reading: Reading) -> Sheet:
    """Read a file; nothing that it holds makes this raise."""
    if len(content) > MAX_BYTES:
        return Sheet(Refusal.TOO_LARGE)
    text = decoded(content)
    if not text.strip():
        return Sheet(Refusal.EMPTY)
    rows = _rows(text)
    titled = header(rows)
    if titled is None:
        return Sheet(Refusal.NO_HEADER, ignored=_shown_titles(rows))
    at, columns = titled
    titles = [typed.plain(title) for title in rows[at][1]]
    ignored = tuple(t for i, t in enumerate(titles) if t and i not in columns.values())
    understood = tuple(titles[index] for index in sorted(columns.values()))
    if Column.HOUR not in columns and Column.DAY not in columns:
        return Sheet(Refusal.NO_HOUR, ignored=ignored, understood=understood)
    found = _Found()
    for each in reading.known:
        found.remember(each, LineNote.ALREADY_EXPECTED)
    body = [row for row in rows[at + 1 :] if any(cell.strip() for cell in row[1])]
    for number, cells in body[:MAX_LINES]:
        _read_line(_Line(number, cells, columns, titles, reading), found)
    found.faults += [Remark(number, "", "", LineFault.TOO_MANY_LINES) for number, _ in body[MAX_LINES:][:1]]
    refusal = None if body else Refusal.NO_LINES
    return Sheet(
        refusal,
        tuple(found.lines),
        tuple(found.faults),
        tuple(found.warnings),
        tuple(found.duplicates),
        ignored,
        understood,
    )


def decoded(content: bytes) -> str:
    """Return the text: UTF-8 with or without mark, UTF-16 with its mark, else Windows-1252 or Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").replace("\0", " ")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding).replace("\0", " ")
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1").replace("\0", " ")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows with the number of the line each begins on; unreadable ones have a cell too long."""
    first, _, rest = text.partition("\n")
    stated = re.fullmatch(r"sep=(.)\r?", first)
    delimiter = stated[1] if stated else _delimiter(text)
    reader = csv.reader(io.StringIO(rest if stated else text, newline=""), delimiter=delimiter)
    shift = 1 if stated else 0
    rows: list[tuple[int, list[str]]] = []
    while True:
        begins = reader.line_num + 1 + shift
        try:
            rows.append((begins, next(reader)))
        except StopIteration:
            return rows
        except csv.Error:
            rows.append((begins, ["\0"]))
            if reader.line_num + 1 + shift == begins:
                return rows


def _delimiter(text: str) -> str:
    """Return the separator that the first lines hold most of, outside quotes."""
    sample = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:HEADER_WITHIN]))
    return max(";\t,", key=sample.count)


def _shown_titles(rows: Sequence[tuple[int, list[str]]]) -> tuple[str, ...]:
    cells = rows[0][1][:MAX_COLUMNS] if rows else []
    return tuple(typed.plain(cell)[:_SHOWN] for cell in cells if cell.strip())


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: Sequence[str]
    columns: Mapping[Column, int]
    titles: Sequence[str]
    reading: Reading

    def text(self, column: Column) -> str:
        index = self.columns.get(column)
        return typed.plain(self.cells[index]) if index is not None and index < len(self.cells) else ""

    def title(self, column: Column) -> str:
        index = self.columns.get(column)
        return "" if index is None else self.titles[index]

    def remark(self, column: Column, code: Why | Note | LineFault | LineNote, taken_as: str = "") -> Remark:
        return Remark(self.number, self.title(column), self.text(column)[:_SHOWN], code, taken_as)


def _read_line(line: _Line, found: _Found) -> None:
    if any(len(cell) > MAX_CELL for cell in line.cells):
        long = next(cell for cell in line.cells if len(cell) > MAX_CELL)
        found.faults.append(Remark(line.number, "", typed.plain(long)[:_SHOWN], LineFault.CELL_TOO_LONG))
        return
    if line.cells == ["\0"]:
        found.faults.append(Remark(line.number, "", "", LineFault.MALFORMED))
        return
    faults: list[Remark] = []
    warnings: list[Remark] = []
    cell = _Cells(line, faults, warnings)
    stop = cell.stop()
    appointment = Appointment(
        stop=stop.id if stop else "",
        expected_at=cell.hour() or time(),
        birth_name=cell.read(Column.BIRTH_NAME, typed.name) or "",
        first_name=cell.read(Column.FIRST_NAME, lambda text: typed.name(text, given=True)) or "",
        birth_date=cell.day(Column.BIRTH_DATE, birth=True),
        sex=cell.read(Column.SEX, typed.sex),
        commune=cell.commune(),
        phone=cell.read(Column.PHONE, typed.phone),
        booking=cell.read(Column.BOOKING, typed.booking) or "",
    )
    if faults or stop is None:
        found.faults += faults
        return
    known = found.known(appointment)
    if known is not None:
        found.duplicates.append(line.remark(Column.BIRTH_NAME, known))
        return
    if not stop.opens <= appointment.expected_at < stop.closes:
        warnings.append(line.remark(Column.HOUR, LineNote.OUTSIDE_HOURS))
    found.warnings += warnings
    found.lines.append((line.number, appointment))
    found.remember(appointment, LineNote.TWICE_IN_FILE)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Reads the cells of one line, noting what is wrong or worth a look."""

    line: _Line
    faults: list[Remark]
    warnings: list[Remark]

    def read(self, column: Column, reader: Callable[[str], Read[Value]]) -> Value | None:
        try:
            found = reader(self.line.text(column))
        except Unreadable as error:
            self.faults.append(self.line.remark(column, error.why))
            return None
        if found.note is not None:
            self.warnings.append(self.line.remark(column, found.note, _words(found.value)))
        return found.value

    def day(self, column: Column, *, birth: bool = False) -> date | None:
        if not self.line.text(column):
            return None
        today = self.line.reading.today
        return self.read(column, lambda text: typed.day(text, today=today, birth=birth))

    def hour(self) -> time | None:
        if self.line.text(Column.HOUR):
            return self.read(Column.HOUR, typed.hour)
        try:
            return typed.hour_of_moment(self.line.text(Column.DAY)).value
        except Unreadable:
            column = Column.HOUR if Column.HOUR in self.line.columns else Column.DAY
            self.faults.append(self.line.remark(column, LineFault.NO_HOUR))
            return None

    def commune(self) -> str | None:
        communes = self.line.reading.communes
        if self.line.text(Column.COMMUNE_CODE):
            return self.read(Column.COMMUNE_CODE, lambda text: typed.commune_code(text, communes))
        postcode = self.line.text(Column.POSTCODE)
        return self.read(Column.COMMUNE, lambda text: typed.commune(text, communes, postcode=postcode))

    def stop(self) -> StopChoice | None:
        """Return the one stop that the line's day and place name; note why there is none."""
        before = len(self.faults)
        wanted = self.day(Column.DAY)
        if len(self.faults) > before:
            return None
        stops = [each for each in self.line.reading.stops if wanted in (None, each.day)]
        if not stops:
            self.faults.append(self.line.remark(Column.DAY, LineFault.NO_STOP_THAT_DAY))
            return None
        place = self.line.text(Column.PLACE)
        if place:
            stops = [each for each in stops if _is_at(each, place, self.line.reading.communes)]
            if not stops:
                self.faults.append(self.line.remark(Column.PLACE, LineFault.UNKNOWN_PLACE))
                return None
        if len(stops) > 1:
            self.faults.append(self.line.remark(Column.PLACE, LineFault.WHICH_STOP))
            return None
        return stops[0]


def _is_at(stop: StopChoice, place: str, communes: CommuneTable) -> bool:
    commune = communes.by_code.get(stop.commune)
    names = {typed.place_key(stop.name), typed.place_key(commune.name if commune else stop.name)}
    return typed.place_key(place) in names


def _words(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value if isinstance(value, str) else ""
