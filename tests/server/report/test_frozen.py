"""Frozen reports: their files, read back by others' libraries; nothing in them moves any more."""

import csv
import io
from datetime import timedelta

import openpyxl
import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from server.report import frozen
from server.report.csv_file import csv_file, neutral
from server.report.document import Document, body_of, digest_of, read_body
from server.report.frozen import Order
from server.report.pdf_file import pdf_file
from server.report.scope import Scope
from server.report.small_cells import hide
from server.report.tables import Cell, Row, Table, count, number, percent, words
from server.report.xlsx_file import xlsx_file
from server.routes.web_catalogue import TRANSLATORS
from server.store.database import Store
from server.store.reports import FrozenReport
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, NOON, Seeded
from tests.support.reports import frozen_report

HOSTILE = "=CMD|' /C calc'!A0"


def document(**changed: object) -> Document:
    table = Table(
        "booking",
        "Modes : internet / téléphone [1]",
        ("Mode", "Passages", "Part", "Âge moyen", "Remarque"),
        (
            Row("Téléphone", (count(1234), percent(1234, 2000), number("53.2"), words("+33 4"))),
            Row(HOSTILE, (count(0), percent(0, 2000), number(None), words("@x"))),
            Row("Total", (count(2000), percent(2000, 2000), number("50.0"), words("")), total=True),
        ),
        missing=(Row("Refusé", (count(12),)),),
        notes=("Parts sur 2000 ; « ceci ».",),
        drawn=0,
    )
    given = {
        "title": "Rapport d’essai",
        "organization": "CPTS d’essai",
        "first_day": DAY,
        "last_day": DAY,
        "scope": {"teams": ["t"]},
        "perimeter": (("Équipe", "Équipe d’essai"),),
        "extracted_at": NOON,
        "frozen_by": "Cléo Essai",
        "threshold": None,
        "rule": "Règle.",
        "tables": (table, Table("other", table.title, ("Mode", "Passages"), ())),
        **changed,
    }
    return Document(**given)  # type: ignore[arg-type]


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\n" not in content.replace(b"\r\n", b"")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_body_is_read_back_as_it_was_written_and_always_the_same_text() -> None:
    body = body_of(document())
    assert read_body(body) == document()
    assert body_of(read_body(body)) == body
    assert digest_of(body) != digest_of(body_of(document(title="Autre")))


def test_the_csv_opens_right_in_a_french_spreadsheet() -> None:
    rows = rows_of(csv_file(document(), "d" * 64))
    title = "Modes : internet / téléphone [1]"
    assert [title, "Téléphone", "Part", "61,7", "%", "1234", "2000"] in rows
    assert [title, "Téléphone", "Âge moyen", "53,2", "", "", ""] in rows
    assert [title, "Refusé", "Hors dénominateur", "12", "", "", ""] in rows
    assert ["Empreinte SHA-256", "d" * 64] in rows


def test_no_cell_of_the_csv_begins_as_a_formula() -> None:
    rows = rows_of(csv_file(document(title="-1+2"), "d" * 64))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert f"'{HOSTILE}" in {cell for row in rows for cell in row}


@pytest.mark.parametrize("text_typed", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_a_formula_is_made_a_text(text_typed: str) -> None:
    assert neutral(text_typed) == f"'{text_typed}"
    assert neutral(f"a{text_typed}") == f"a{text_typed}"


def test_the_workbook_has_numbers_as_numbers_and_a_sheet_a_table() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file(document(), "d" * 64)))
    assert len(book.sheetnames) == len(set(book.sheetnames)) == 3
    sheet = book.worksheets[1]
    by_label = {row[0].value: row for row in sheet.iter_rows()}
    phone = by_label["Téléphone"]
    assert (phone[1].value, phone[1].data_type) == (1234, "n")
    assert phone[2].value == pytest.approx(0.617)
    assert phone[2].number_format == "0.0%"
    assert phone[3].value == pytest.approx(53.2)
    assert by_label[HOSTILE][0].data_type == "s"
    assert by_label["Refusé"][1].value == 12
    assert "d" * 64 in {cell.value for row in book.worksheets[0].iter_rows() for cell in row}


def test_the_pdf_is_an_archive_with_its_text_and_hash() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_file(document(), "d" * 64)))
    told = " ".join(page.extract_text() for page in reader.pages)
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"pdfaid" in metadata.stream.get_data()
    for expected in ("Rapport d’essai", "1\u202f234", "61,7", "Refusé 12", "d" * 64, HOSTILE[:8]):
        assert expected in told, expected


def test_what_no_font_draws_is_a_square_wherever_it_was_typed() -> None:
    bus = "Rapport 🚑 bus"
    drawn = Table("places", bus, ("Lieu 🚑", "Passages"), (Row("Le Bourg 🏥", (count(12),)),), drawn=0)
    typed = document(
        title=bus,
        organization="CPTS 🌄",
        perimeter=(("Équipe", "Équipe 🚌"), ("Lieu", "Le Bourg 🏥")),
        frozen_by="Cléo 🙂",
        tables=(drawn, *document().tables),
    )
    reader = pypdf.PdfReader(io.BytesIO(pdf_file(typed, "d" * 64)))
    told = " ".join(page.extract_text() for page in reader.pages)
    for expected in ("Rapport □ bus", "CPTS □", "Équipe □", "Le Bourg □", "Cléo □"):
        assert expected in told
    assert bus in csv_file(typed, "d" * 64).decode()


def test_the_same_document_gives_the_same_bytes() -> None:
    for made in (pdf_file, xlsx_file, csv_file):
        assert made(document(), "d" * 64) == made(document(), "d" * 64)


def order(team: Seeded, threshold: int | None = None) -> Order:
    return Order("Année", Scope(DAY, DAY, (team.team,)), threshold, team.clinical, NOON)


def test_what_comes_later_does_not_change_a_report(store: Store, team: Seeded) -> None:
    add_visit(store, team, person="ada")
    identifier = frozen_report(store, team)
    add_visit(store, team, person="noe")
    with store.session() as session:
        report = session.get_one(FrozenReport, identifier)
        assert frozen.verify(report).whole
        summary = read_body(report.body).tables[0]
        assert [row.cells[0].count for row in summary.rows[1:3]] == [1, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frozen_report SET body = '{}'",
        "UPDATE frozen_report SET digest = 'x'",
        "UPDATE frozen_report SET title = 'x'",
        "UPDATE frozen_report SET frozen_by = 'x'",
        "UPDATE frozen_report SET file_digests = '{}'",
        "UPDATE frozen_report SET csv = pdf",
        "DELETE FROM frozen_report",
    ],
)
def test_the_store_refuses_to_change_a_report(store: Store, team: Seeded, statement: str) -> None:
    frozen_report(store, team)
    with pytest.raises(DBAPIError, match="what was issued"), store.session() as session:
        session.connection().execute(text(statement))
    with store.session() as session:
        assert frozen.verify(session.exec(select(FrozenReport)).one()).whole


@pytest.mark.parametrize("member", ["body", "pdf", "xlsx", "csv"])
def test_a_report_that_is_not_what_was_frozen_is_seen(store: Store, team: Seeded, member: str) -> None:
    identifier = frozen_report(store, team)
    with store.session() as session:
        report = session.get_one(FrozenReport, identifier)
        session.expunge(report)
    kept = getattr(report, member)
    setattr(report, member, kept + ("x" if isinstance(kept, str) else b"x"))
    assert not frozen.verify(report).whole


def test_a_report_is_for_those_who_read_all_its_teams(store: Store, team: Seeded) -> None:
    frozen_report(store, team)
    with store.session() as session:
        assert len(frozen.listed(session, {team.team, "other"}, clinical=True)) == 1
        assert frozen.listed(session, {"other"}, clinical=True) == []


def parted(*counts: int, missing: tuple[int, ...] = ()) -> Table:
    total = sum(counts)
    rows = [Row(f"l{i}", (count(each), percent(each, total))) for i, each in enumerate(counts)]
    rows.append(Row("total", (count(total), percent(total, total)), total=True))
    return Table(
        "k", "k", ("l", "n", "%"), tuple(rows), tuple(Row("m", (count(m),)) for m in missing), partition=True
    )


def kinds(table: Table) -> list[str]:
    return [row.cells[0].kind for row in (*table.rows, *table.missing)]


def test_small_counts_are_hidden_and_zero_is_not() -> None:
    hidden = hide(parted(3, 5, 0, 40), 11)
    assert kinds(hidden) == ["hidden", "hidden", "count", "count", "count"]
    assert [row.cells[1].kind for row in hidden.rows[:2]] == ["hidden", "hidden"]


def test_one_small_count_takes_the_next_smallest_with_it() -> None:
    assert kinds(hide(parted(3, 50, 40), 11)) == ["hidden", "count", "hidden", "count"]
    assert kinds(hide(parted(50, 40, missing=(2,)), 11)) == ["count", "hidden", "hidden", "hidden"]


def test_a_mean_over_too_few_is_hidden_and_links_are_gone() -> None:
    table = Table("k", "k", ("l", "v", "n"), (Row("âge", (number("50.1"), count(4))),))
    assert [cell.kind for cell in hide(table, 11).rows[0].cells] == ["hidden", "hidden"]
    opened = Table("k", "k", ("l", "n"), (Row("a", (Cell("count", count=40, opens={"all": []}),)),))
    assert hide(opened, 11).rows[0].cells[0].opens is None


def test_a_report_for_a_third_party_holds_no_small_count(store: Store, team: Seeded) -> None:
    for _ in range(12):
        add_visit(store, team)
    add_visit(store, team, booking="internet")
    with store.session() as session:
        report = frozen.freeze(
            session, frozen.document_of(session, order(team, 11), TRANSLATORS["fr"]), order(team, 11)
        )
        tables = read_body(report.body).tables
        small = [
            cell.count
            for table in tables
            for row in (*table.rows, *table.missing)
            for cell in row.cells
            if cell.kind in ("count", "percent") and 0 < (cell.count or 0) < 11 and not cell.public
        ]
        assert small == []
        assert "moins de 11" in report.csv.decode()
        reader = pypdf.PdfReader(io.BytesIO(report.pdf))
        assert "<" in " ".join(page.extract_text() for page in reader.pages)


def test_two_reports_of_one_perimeter_differ_by_their_date(store: Store, team: Seeded) -> None:
    with store.session() as session:
        first = frozen.document_of(session, order(team), TRANSLATORS["fr"])
        later = Order("Année", order(team).scope, None, team.clinical, NOON + timedelta(hours=1))
        second = frozen.document_of(session, later, TRANSLATORS["fr"])
    assert first.tables == second.tables
    assert digest_of(body_of(first)) != digest_of(body_of(second))
