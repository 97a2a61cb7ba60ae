"""Results and paper: counted together, hidden while few, and never linked to anybody."""

import re
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from server.identifiers import new_uuid
from server.satisfaction.responses import FORM_URL
from server.store.database import Store
from server.store.satisfaction import Channel, SatisfactionResponse
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.server.web.satisfied import ANSWERS, WEEK, fill, forms, kept, tablet, typed
from tests.support import remote_form
from tests.support.tablet import Tablet

pytestmark = pytest.mark.anyio

__all__ = ["forms", "tablet"]


def october_and_november() -> list[dict[str, Any]]:
    """Of October 8 responses, 5 of them on privacy; of November 6, one on privacy; each with a comment."""
    many: list[dict[str, Any]] = []
    for week, count, private in (("2026-10-05", 8, 5), (WEEK, 6, 1)):
        for each in range(count):
            answers = {**ANSWERS, "satisfaction.comment": {"values": [f"mot-{week}"]}}
            if each < private:
                answers["satisfaction.privacy"] = {"values": [week != WEEK]}
            many.append({"week": week, "answers": answers})
    return many


async def test_a_paper_questionnaire_is_typed_with_its_week_and_without_its_typist(
    administrative: Browser, day: Day, store: Store
) -> None:
    path = "/coordination/satisfaction/saisie"
    await administrative.open(f"{path}?campagne={day.seeded.campaign}")
    body = typed(administrative, campaign=day.seeded.campaign, day="2026-11-19")
    late = await administrative.send(path, **{**body, "day": "2026-11-30"})
    assert late.status_code == 422
    assert "Donnez un jour" in text_of(late)
    sent = await administrative.send(path, **body)
    assert sent.status_code == 303
    assert "Enregistré" in text_of(await administrative.open(sent.headers["location"]))
    (row,) = kept(store)
    assert (row.week, row.channel) == (date(2026, 11, 16), "paper")


@pytest.mark.parametrize("page", ["", "/csv"])
@pytest.mark.parametrize("asked", ["campagne=zz", "canal=pigeon", "mois=2026-13", "mois=zz"])
async def test_what_there_is_not_is_never_answered_by_something_else(
    administrative: Browser, day: Day, page: str, asked: str
) -> None:
    answer = await administrative.open(f"/coordination/satisfaction{page}?{asked}")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]
    assert (await administrative.open(f"/coordination/satisfaction{page}")).status_code == 200


async def test_results_are_counted_with_what_was_not_given_and_hidden_when_few(
    tablet: Tablet, day: Day, administrative: Browser, clinical: Browser
) -> None:
    address = f"/coordination/satisfaction?campagne={day.seeded.campaign}"
    comment = {"satisfaction.comment": {"values": ["=1+1 & <i>merci</i>"]}}
    few = [{"answers": {**ANSWERS, **comment}} for _ in range(4)]
    await fill(tablet, day, *few)
    page = text_of(await administrative.open(address))
    assert "Masqué" in page
    assert "merci" not in page
    assert "merci" not in (await administrative.open(address.replace("?", "/csv?"))).text

    without = {
        "answers": {
            "satisfaction.about": {"values": ["bus"]},
            "satisfaction.privacy": {"absent": "asked-declined"},
        }
    }
    await fill(tablet, day, without, {"answers": {**ANSWERS, "satisfaction.overall": {"values": [3]}}})
    shown = await clinical.open(address)
    words = text_of(shown)
    assert "6 réponses" in words
    assert "Note Réponse Nombre Part des réponses 0 0 0" in words
    assert re.search(r"9 4 80 % 10 0 0 % Non renseigné 1 –", words)
    assert "Masqué : moins de 5 personnes ont répondu à cette question, ou" in words.replace("\u00a0", " ")
    assert "Entendait bien" in words
    assert "&lt;i&gt;merci&lt;/i&gt;" in shown.text
    csv = (await clinical.open(address.replace("?", "/csv?"))).content.decode("utf-8-sig")
    assert "Note;9;4;5;6" in csv
    assert "Note;Non renseigné;1;5;6" in csv
    assert "Intimité respectée;masqué;;;" in csv
    assert "\n'=1+1" in csv

    administrative_words = text_of(await administrative.open(address))
    assert "merci" not in administrative_words
    assert "4 remarques libres" in administrative_words
    assert "4 remarques réservées à la coordination clinique" in administrative_words
    assert "Note Réponse Nombre Part des réponses 0 0 0" in administrative_words
    csv = (await administrative.open(address.replace("?", "/csv?"))).content.decode("utf-8-sig")
    assert "Note;9;4;5;6" in csv
    assert "merci" not in csv
    assert "4 remarques réservées à la coordination clinique" in csv


async def test_a_small_part_is_not_had_back_from_the_others(
    tablet: Tablet, day: Day, clinical: Browser
) -> None:
    october, november = {"week": "2026-10-05"}, {"week": WEEK}
    await fill(tablet, day, *[{"week": "2026-09-07"}] * 5, *[november] * 6, *[october] * 2)
    address = f"/coordination/satisfaction?campagne={day.seeded.campaign}"
    whole = text_of(await clinical.open(address))
    assert "13 réponses" in whole
    assert "11/2026 (6)" in whole
    assert "10/2026 (moins de 5)" in whole
    assert "09/2026 (moins de 5)" in whole  # or October's would be 13 - 6 - 5
    for month, is_shown in (("2026-09", False), ("2026-10", False), ("2026-11", True)):
        page = text_of(await clinical.open(f"{address}&mois={month}"))
        assert ("Masqué : moins de 5 réponses" in page.replace("\u00a0", " ")) is not is_shown, month


async def test_a_question_that_one_person_answered_is_not_had_back_from_the_other_months(
    tablet: Tablet, day: Day, clinical: Browser
) -> None:
    await fill(tablet, day, *october_and_november())
    address = f"/coordination/satisfaction/csv?campagne={day.seeded.campaign}"

    async def table(more: str = "") -> str:
        return (await clinical.open(address + more)).content.decode("utf-8-sig")

    whole = await table()
    assert "Intimité respectée;Oui;5;6;14" in whole
    assert "Intimité respectée;Non;1;6;14" in whole
    assert whole.count("mot-") == 14
    for month, count in (("2026-10", 8), ("2026-11", 6)):
        part = await table(f"&mois={month}")
        assert f"Note;9;{count};{count};{count}" in part, month
        assert "Intimité respectée;masqué;;;" in part, month
        assert "mot-" not in part, month
        page = text_of(await clinical.open(f"{address.replace('/csv', '')}&mois={month}"))
        assert "mot-" not in page, month
        assert "que pour toute la campagne" in page, month
    # The channel that all came by less October's would be November's, were October shown.
    channel = await table("&canal=kiosk")
    assert "Note;9;14;14;14" in channel
    assert "Intimité respectée;masqué;;;" in channel
    assert "mot-" not in channel


async def test_a_month_less_a_channel_does_not_leave_one_person(
    tablet: Tablet, day: Day, store: Store, administrative: Browser
) -> None:
    """Six of November, five of them by kiosk and one on paper; five more of October by paper."""
    await fill(tablet, day, *[{}] * 5, *[{"week": "2026-10-05"}] * 5)
    with store.session() as session:
        for row in session.exec(select(SatisfactionResponse)):
            if row.week == date(2026, 10, 5):
                row.channel = Channel.PAPER
        lone = SatisfactionResponse(
            id=new_uuid(),
            campaign_id=day.seeded.campaign,
            week=date(2026, 11, 23),
            channel=Channel.PAPER,
            form_url=FORM_URL,
            form_version=remote_form.VERSION,
            answers={**ANSWERS, "satisfaction.overall": {"values": [2]}},
        )
        session.add(lone)
    address = f"/coordination/satisfaction/csv?campagne={day.seeded.campaign}"
    november = (await administrative.open(f"{address}&mois=2026-11")).content.decode("utf-8-sig")
    assert "Note;2;1;6;6" in november
    for more in ("&canal=kiosk", "&canal=paper", "&mois=2026-11&canal=kiosk"):
        part = (await administrative.open(address + more)).content.decode("utf-8-sig")
        assert "Note;2;" not in part, more
        assert "Note;9;" not in part, more


async def test_pages_work_before_any_form_or_response(clinical: Browser, day: Day) -> None:
    assert "Aucune réponse" in text_of(await clinical.open("/coordination/satisfaction"))
    blank = text_of(await clinical.open("/coordination/satisfaction/papier"))
    assert "Entendait bien" in blank
    assert "Remarque Ne sait pas Ne souhaite pas répondre" in blank
    assert (await clinical.open("/coordination/satisfaction/affiches/nothing")).status_code == 404
