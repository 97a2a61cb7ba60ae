"""Labels: the visit of each number by the wire's rule, the same sheet for ever, codes that can be read."""

import io
import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from pypdf import PdfReader

from server.keys.organisation import OrganisationKeys
from server.planning import labels
from server.planning.faults import Rejected
from server.planning.label_sheets import QUIET_ZONE, Kind, Printed, compiled, matrix, pdf
from server.store.control import Stop
from server.store.database import Store
from tests.support.organisation import DAY, NOON, Seeded, seed
from tests.support.qr import read_qr

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "labels.json").read_text())["labels"]
PRINTED = Printed(
    seed="AAECAwQFBgcICQoLDA0ODw",
    first=1,
    last=50,
    place="Marché couvert, La Gresle",
    day="lundi 23 novembre 2026",
    title="Étiquettes",
    card="Carte de passage",
    boxes=("Tension", "Poids", "Taille"),
    foot="Ni nom ni date de naissance.",
)
PPI = 200
MM = PPI / 25.4


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["number"]))
def test_a_number_is_the_visit_and_the_code_of_the_wire(vector: dict[str, str | int]) -> None:
    seed, number = str(vector["seed"]), int(vector["number"])
    assert labels.visit(seed, number) == vector["visit"]
    assert labels.qr_text(seed, number) == vector["qr"]
    assert UUID(str(vector["visit"])).hex.upper() == str(vector["qr"]).split("/")[2]


def test_a_codes_modules_say_the_label() -> None:
    text = labels.qr_text(PRINTED.seed, 500)
    assert read_qr([row[QUIET_ZONE:-QUIET_ZONE] for row in matrix(text)[QUIET_ZONE:-QUIET_ZONE]]) == text


def pages(printed: Printed, kind: Kind) -> list[Image.Image]:
    return [Image.open(io.BytesIO(each)) for each in compiled(printed, kind, format="png", ppi=PPI)]


def code_at(page: Image.Image, left_mm: float, top_mm: float, side_mm: float) -> str:
    """What the code printed in a square of the page says, read from its ink."""
    modules = len(matrix(labels.qr_text(PRINTED.seed, 1)))
    module_mm = side_mm / modules
    ink = page.convert("L").tobytes()

    def dark(x: int, y: int) -> bool:
        at = (left_mm + (x + 0.5) * module_mm) * MM, (top_mm + (y + 0.5) * module_mm) * MM
        return ink[int(at[1]) * page.width + int(at[0])] < 128

    inside = range(QUIET_ZONE, modules - QUIET_ZONE)
    around = [*range(QUIET_ZONE), *range(modules - QUIET_ZONE, modules)]
    assert not any(dark(x, y) for x in around for y in range(modules)), "the quiet zone is white"
    return read_qr([[dark(x, y) for x in inside] for y in inside])


def test_a_sheet_is_three_by_eight_labels_of_70_by_37_millimetres_on_a4() -> None:
    printed = pages(PRINTED, "sheets")
    assert len(printed) == 3
    assert {page.size for page in printed} == {(round(210 * MM), round(297 * MM))}
    for number in (1, 3, 24, 25, 50):
        page, place = printed[(number - 1) // 24], (number - 1) % 24
        left, top = (place % 3) * 70 + 4, 0.5 + (place // 3) * 37 + 3.5
        assert code_at(page, left, top, 30) == labels.qr_text(PRINTED.seed, number)


def test_a_card_is_a_quarter_of_a4_with_the_same_code() -> None:
    printed = pages(replace(PRINTED, last=5), "cards")
    assert len(printed) == 2
    for number in (1, 4, 5):
        page, place = printed[(number - 1) // 4], (number - 1) % 4
        left, top = (place % 2) * 105 + 7, (place // 2) * 148.5 + 7
        assert code_at(page, left, top, 36) == labels.qr_text(PRINTED.seed, number)


@pytest.mark.parametrize("kind", ["sheets", "cards"])
def test_number_place_and_day_are_written_and_no_page_is_empty(kind: Kind) -> None:
    reader = PdfReader(io.BytesIO(pdf(replace(PRINTED, first=23, last=26), kind, NOON)))
    written = [page.extract_text() for page in reader.pages]
    assert len(written) == 1
    for expected in ("23", "26", "Marché couvert, La Gresle", "lundi 23 novembre 2026"):
        assert expected in " ".join(written[0].split())
    assert ("Tension" in written[0]) == (kind == "cards")


def test_the_same_stop_is_printed_the_same_again() -> None:
    assert pdf(PRINTED, "sheets", NOON) == pdf(PRINTED, "sheets", NOON)


@pytest.fixture
def seeded(store: Store, organisation_keys: OrganisationKeys) -> Seeded:
    return seed(store, organisation_keys)


def test_more_labels_keep_the_seed_and_never_exceed_five_hundred(store: Store, seeded: Seeded) -> None:
    with store.session() as session:
        stop = session.get_one(Stop, seeded.stop)
        assert labels.order({"more": "24"}, DAY) == 24
        labels.extend(session, stop, 24)
        first = stop.label_seed
        labels.extend(session, stop, 476)
        assert (stop.label_seed, stop.label_count) == (first, 500)
        with pytest.raises(Rejected):
            labels.extend(session, stop, 1)
        assert stop.label_count == 500
    for wrong in ("", "0", "501", "vingt"):
        with pytest.raises(Rejected):
            labels.order({"more": wrong}, DAY)
