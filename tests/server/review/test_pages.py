"""Pages of visits by key: each visit on one page, whichever way one turns them."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete

from server.keys.organisation import OrganisationKeys
from server.projection.visits import number
from server.review import pages
from server.review.pages import Key, KeyPage, Place, Where, key_page, read_place
from server.store.database import Store
from server.store.read import RecordState, Visit
from tests.support.organisation import DAY, Seeded, seed

COLUMNS = (col(Visit.day), col(Visit.id), col(Visit.team_id))


@pytest.fixture
def team(store: Store, organisation_keys: OrganisationKeys) -> Seeded:
    return seed(store, organisation_keys)


def fill(store: Store, team: Seeded, days: list[int]) -> list[Key]:
    keys = []
    with store.session() as session:
        session.exec(delete(Visit))
        for position, day in enumerate(days):
            key = Key(DAY + timedelta(days=day), f"{position * 7919 % 10007:036}", team.team)
            keys.append(key)
            session.add(
                Visit(
                    id=key.visit,
                    team_id=key.team,
                    campaign_id=team.campaign,
                    stop_id=team.stop,
                    day=key.day,
                    number=number(key.visit),
                    records=1,
                    state=RecordState.INTEGRATED,
                    complete=True,
                    missing=0,
                )
            )
    return sorted(keys, reverse=True)


def opened(store: Store, place: Place) -> KeyPage:
    with store.session() as session:
        return key_page(session, COLUMNS, [], place)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 4))
def test_turning_the_pages_shows_every_visit_once(
    store: Store, team: Seeded, days: list[int], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PAGE_SIZE", size)
        keys = fill(store, team, days)
        page = opened(store, Place())
        shown: list[Key] = []
        assert not page.has_previous
        while True:
            shown += page.keys
            if not page.has_next:
                break
            page = opened(store, Place(Where.AFTER, page.keys[-1]))
        assert shown == keys
        page, shown = opened(store, Place(Where.LAST)), []
        while True:
            shown = [*page.keys, *shown]
            if not page.has_previous:
                break
            page = opened(store, Place(Where.BEFORE, page.keys[0]))
        assert shown == keys
        assert (page.total, page.more) == (len(keys), False)


def test_a_total_is_counted_so_far_and_no_further(
    store: Store, team: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "COUNTED", 3)
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    fill(store, team, [0, 1, 2])
    assert (opened(store, Place()).total, opened(store, Place()).more) == (3, False)
    fill(store, team, [0, 1, 2, 3])
    assert (opened(store, Place()).total, opened(store, Place()).more) == (3, True)


VISIT, TEAM = "0" * 36, "1" * 36


@pytest.mark.parametrize(
    ("after", "before", "last", "place"),
    [
        ("", "", "", Place()),
        ("", "", "1", Place(Where.LAST)),
        (f"2026-11-23~{VISIT}~{TEAM}", "", "", Place(Where.AFTER, Key(DAY, VISIT, TEAM))),
        ("", f"2026-11-23~{VISIT}~{TEAM}", "", Place(Where.BEFORE, Key(DAY, VISIT, TEAM))),
        (f"2026-02-30~{VISIT}~{TEAM}", "", "", Place()),
        ("2026-11-23~x~y", "", "", Place()),
        (f"٢٠٢٦-11-23~{VISIT}~{TEAM}", "", "", Place()),
    ],
)
def test_an_address_that_cannot_be_read_is_the_first_page(
    after: str, before: str, last: str, place: Place
) -> None:
    assert read_place(after, before, last) == place


def test_a_key_is_read_back_as_it_was_written() -> None:
    key = Key(date(2026, 1, 2), VISIT, TEAM)
    assert pages.read_key(key.text()) == key
