"""A spreadsheet of appointments: forgiving about its form, exact about what is wrong and on which line."""

import csv
import io
import string
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.communes import table
from server.planning.appointment import Appointment, StopChoice
from server.planning.appointments_csv import MAX_LINES, LineFault, LineNote, Reading, Refusal, Sheet, read
from server.planning.typed import Note, Why

TODAY = date(2026, 11, 20)
MONDAY = StopChoice("lundi", "Marché couvert", "42104", date(2026, 11, 23), time(9), time(12))
TUESDAY = StopChoice("mardi", "Le Crozet", "42078", date(2026, 11, 24), time(14), time(17))
ONE = Reading(TODAY, table(), [MONDAY])
BOTH = Reading(TODAY, table(), [MONDAY, TUESDAY])
JEANNE = Appointment(
    stop="lundi",
    expected_at=time(9, 20),
    birth_name="DUPRE",
    first_name="JEANNE",
    birth_date=date(1948, 3, 14),
    sex="F",
    commune="42187",
    phone="0612345678",
    booking="telephone",
)


def sheet(text: str, reading: Reading = ONE, encoding: str = "utf-8") -> Sheet:
    return read(text.encode(encoding), reading)


def codes(remarks: tuple[object, ...]) -> list[tuple[int, str, str, str]]:
    return [(each.line, each.column, each.read, each.code.value) for each in remarks]  # type: ignore[attr-defined]


def test_latin_1_with_semicolons_duplicate_lines_and_impossible_dates() -> None:
    text = (
        "Prénom;Nom de naissance;Né(e) le;Heure;Sexe;Commune;Téléphone;Prise de rendez-vous;Motif\r\n"
        "Jeanne;Dupré;14/03/1948;9h20;F;Roanne;06 12 34 56 78;téléphone;diabète\r\n"
        'Zoé;"L’Héritier; veuve";31/02/1950;9h40;F;Roanne;;internet;\r\n'
        "jeanne;DUPRE;14/03/1948;10h;F;Roanne;;;\r\n"
        "Marcel;Œuvray;30/11/2026;10h20;H;;;;\r\n"
        "Odette;Grive;;25h;F;;;;\r\n"
        ";;;;;;;;\r\n"
        ";;01/01/1950;11h;F;;;;\r\n"
    )
    found = sheet(text, encoding="cp1252")
    assert found.lines == ((2, JEANNE),)
    assert codes(found.duplicates) == [(4, "Nom de naissance", "DUPRE", "twice-in-file")]
    assert codes(found.faults) == [
        (3, "Né(e) le", "31/02/1950", "impossible-date"),
        (5, "Né(e) le", "30/11/2026", "future-birth"),
        (6, "Heure", "25h", "hour"),
        (8, "Nom de naissance", "", "no-name"),
    ]
    assert found.ignored == ("Motif",)
    assert "diab" not in repr(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_spreadsheet_s_file_says_the_same(encoding: str, delimiter: str) -> None:
    rows = [
        ["TÉLÉPHONE", "commune", "Nom", "prénom", "date de naissance", "sexe", "Heure", "mode"],
        ["+33 6 12 34 56 78", "42300 Roanne", "dupré", "Jeanne", "1948-03-14", "Mme", "09:20", "Appel"],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert sheet(written.getvalue(), encoding=encoding).lines == ((2, JEANNE),)


def test_a_title_and_a_stated_separator_before_the_columns_do_not_hinder() -> None:
    found = sheet("sep=;\r\nEscale de La Gresle\r\n\r\nNom;Heure\r\nGrive;9h\r\n")
    assert [(line, each.birth_name) for line, each in found.lines] == [(5, "GRIVE")]


@pytest.mark.parametrize(
    ("typed", "read_as", "note"),
    [
        ("14/03/1948", date(1948, 3, 14), None),
        ("14-3-1948", date(1948, 3, 14), None),
        ("14.03.1948", date(1948, 3, 14), None),
        ("1948-03-14", date(1948, 3, 14), None),
        ("14 mars 1948", date(1948, 3, 14), None),
        ("1er août 1948", date(1948, 8, 1), None),
        ("14/03/48", date(1948, 3, 14), Note.TWO_DIGIT_YEAR),
        ("14/03/26", date(2026, 3, 14), Note.TWO_DIGIT_YEAR),
        ("14/12/26", date(1926, 12, 14), Note.TWO_DIGIT_YEAR),
        ("17606", date(1948, 3, 14), Note.EXCEL_SERIAL),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(typed: str, read_as: date, note: Note | None) -> None:
    found = sheet(f"nom;né le;heure\nGrive;{typed};9h")
    assert [each.birth_date for _, each in found.lines] == [read_as]
    assert [each.code for each in found.warnings] == ([note] if note else [])


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31/02/1950", Why.IMPOSSIBLE_DATE),
        ("1950-13-01", Why.IMPOSSIBLE_DATE),
        ("29/02/1951", Why.IMPOSSIBLE_DATE),
        ("21/11/2026", Why.FUTURE_BIRTH),
        ("01/01/1850", Why.TOO_OLD),
        ("hier", Why.DATE),
        ("1948", Why.DATE),
        ("٣/٣/١٩٤٨", Why.DATE),
    ],
)
def test_a_birth_date_that_cannot_be_is_told_with_its_line(typed: str, why: Why) -> None:
    found = sheet(f"nom;né le;heure\nGrive;{typed};9h\nMilan;01/01/1950;9h20")
    assert codes(found.faults) == [(2, "né le", typed, why.value)]
    assert [each.birth_name for _, each in found.lines] == ["MILAN"]


@pytest.mark.parametrize(
    "typed", ["9h30", "9 h 30", "09:30", "9H30", "9.30", "0930", "09:30:00", "9h30min", "0,395833333"]
)
def test_an_hour_is_read_as_people_write_it(typed: str) -> None:
    assert [each.expected_at for _, each in sheet(f"nom\theure\nGrive\t{typed}").lines] == [time(9, 30)]


@pytest.mark.parametrize("typed", ["", "25h", "9h75", "matin", "9h3", "-1h"])
def test_an_hour_that_is_none_is_told(typed: str) -> None:
    assert [each.line for each in sheet(f"nom;heure\nGrive;{typed}").faults] == [2]


def test_an_hour_outside_the_stop_is_kept_and_told() -> None:
    found = sheet("nom;heure\nGrive;8h50\nMilan;12h\nHarle;11h59")
    assert len(found.lines) == 3
    assert [(each.line, each.code) for each in found.warnings] == [
        (2, LineNote.OUTSIDE_HOURS),
        (3, LineNote.OUTSIDE_HOURS),
    ]


@pytest.mark.parametrize(
    ("typed", "code", "note"),
    [
        ("Roanne", "42187", None),
        ("roanne (42)", "42187", None),
        ("La Gresle", "42104", None),
        ("St-Symphorien-de-Lay", "42289", None),
        ("42300", None, Note.COMMUNE_UNKNOWN),
        ("Nulle-Part", None, Note.COMMUNE_UNKNOWN),
        ("Crozet", None, Note.COMMUNE_AMBIGUOUS),
        ("Le Crozet 42310", "42078", None),
        ("", None, None),
    ],
)
def test_a_commune_is_known_or_left_empty_and_told(typed: str, code: str | None, note: Note | None) -> None:
    found = sheet(f"nom;heure;commune\nGrive;9h;{typed}")
    assert [each.commune for _, each in found.lines] == [code]
    assert [each.code for each in found.warnings] == ([note] if note else [])


def test_a_postcode_column_tells_homonyms_apart_and_an_insee_column_is_enough() -> None:
    assert sheet("nom;heure;ville;code postal\nGrive;9h;Crozet;42310").lines[0][1].commune == "42078"
    assert sheet("nom;heure;code INSEE\nGrive;9h;1004").lines[0][1].commune == "01004"


def test_the_day_and_the_place_of_a_line_find_its_stop() -> None:
    text = (
        "nom;date;heure;lieu\n"
        "Grive;23/11/2026;9h;Marché couvert\n"
        "Milan;24/11/2026;15h;crozet\n"
        "Harle;24/11/26;15h;\n"
        "Hupe;25/11/2026;15h;\n"
        "Eider;23/11/2026;9h;Roanne\n"
        "Pinson;;9h;\n"
        "Tarier;;9h;La Gresle\n"
    )
    found = sheet(text, BOTH)
    assert [(line, each.stop) for line, each in found.lines] == [
        (2, "lundi"),
        (3, "mardi"),
        (4, "mardi"),
        (8, "lundi"),
    ]
    assert [(each.line, each.code) for each in found.faults] == [
        (5, LineFault.NO_STOP_THAT_DAY),
        (6, LineFault.UNKNOWN_PLACE),
        (7, LineFault.WHICH_STOP),
    ]


def test_a_day_and_an_hour_in_one_column_are_both_read() -> None:
    found = sheet("nom;rendez-vous\nGrive;24/11/2026 à 14h20\nMilan;24/11/2026 15:40\nHarle;24/11/2026", BOTH)
    assert [each.expected_at for _, each in found.lines] == [time(14, 20), time(15, 40)]
    assert [(each.line, each.code) for each in found.faults] == [(4, LineFault.NO_HOUR)]


def test_who_is_expected_already_is_not_doubled() -> None:
    reading = replace(ONE, known=[JEANNE, replace(JEANNE, birth_name="GRIVE", birth_date=None)])
    text = (
        "nom;prénom;né le;heure\n"
        "Dupré;Jeanne;14/03/1948;11h\n"
        "Dupré;Jeanne;15/03/1948;9h20\n"
        "Grive;Jeanne;01/01/1950;9h20\n"
        "Grive;Jeanne;01/01/1950;10h\n"
    )
    found = sheet(text, reading)
    assert [(each.line, each.code) for each in found.duplicates] == [
        (2, LineNote.ALREADY_EXPECTED),
        (4, LineNote.ALREADY_EXPECTED),
    ]
    assert [line for line, _ in found.lines] == [3, 5]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b" \r\n ", Refusal.EMPTY),
        (b"x" * 1_000_001, Refusal.TOO_LARGE),
        (b"prenom;heure\nJeanne;9h", Refusal.NO_HEADER),
        (b"nom;prenom\nGrive;Jeanne", Refusal.NO_HOUR),
        (b"nom;heure\n;\n", Refusal.NO_LINES),
        (b"PK\x03\x04\x14\x00\x06\x00", Refusal.NO_HEADER),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_reason(
    content: bytes, refusal: Refusal
) -> None:
    assert read(content, ONE).refusal == refusal


def test_a_file_has_a_limit_of_lines_and_an_open_quote_is_told() -> None:
    many = "nom;heure\n" + "".join(f"Grive {'abcdefghij'[n % 10]};9h\n" for n in range(MAX_LINES + 5))
    assert [(each.line, each.code) for each in sheet(many).faults][-1:] == [
        (MAX_LINES + 2, LineFault.TOO_MANY_LINES)
    ]
    opened = 'nom;heure\nGrive;9h\n"Milan;9h20\n' + "Harle;9h40\n" * 40
    assert [(each.line, each.code) for each in sheet(opened).faults] == [(3, LineFault.CELL_TOO_LONG)]


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_the_reading_fail(content: bytes) -> None:
    for prefix in (b"", b"nom;prenom;ne le;heure;commune\n", b"\xff\xfe"):
        read(prefix + content, BOTH)


NAMES = st.text(string.ascii_uppercase, min_size=1, max_size=12)
PEOPLE = st.builds(
    Appointment,
    stop=st.just("lundi"),
    expected_at=st.builds(time, st.integers(9, 11), st.integers(0, 59)),
    birth_name=NAMES,
    first_name=NAMES | st.just(""),
    birth_date=st.none() | st.dates(date(1900, 1, 1), TODAY),
    sex=st.sampled_from([None, "F", "M", "I"]),
    commune=st.sampled_from([None, "42187", "01004", "2A004"]),
    phone=st.sampled_from([None, "0612345678", "+41227676111"]),
    booking=st.sampled_from(["", "telephone", "internet", "professionnel", "regulation_sas", "sans_rdv"]),
)


@given(
    st.lists(PEOPLE, max_size=12, unique_by=lambda who: (who.birth_name, who.first_name)),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.permutations(range(8)),
)
@settings(deadline=None)
def test_what_is_written_is_read_again(
    people: list[Appointment], delimiter: str, encoding: str, order: list[int]
) -> None:
    rows = [["nom", "prénom", "né(e) le", "sexe", "code commune", "téléphone", "heure", "mode"]]
    for who in people:
        born = f"{who.birth_date:%d/%m/%Y}" if who.birth_date else ""
        hour = f"{who.expected_at:%Hh%M}"
        rows.append(
            [
                who.birth_name,
                who.first_name,
                born,
                who.sex or "",
                who.commune or "",
                who.phone or "",
                hour,
                who.booking,
            ]
        )
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([[row[index] for index in order] for row in rows])
    found = read(written.getvalue().encode(encoding), ONE)
    assert [each for _, each in found.lines] == people
    assert found.faults == found.warnings == found.duplicates == ()
