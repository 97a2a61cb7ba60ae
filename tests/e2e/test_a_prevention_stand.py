"""A prevention stand: sixty people in three hours on four tablets without network, by label or counted.

Who came is in ``stand_people``, written by hand; what the office then reads is compared with it.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Response

from server.clock import PARIS
from tests.e2e import accessibility, stand_figures, stand_hours, stand_office, stand_relabel
from tests.e2e.browser import Browser, Surroundings
from tests.e2e.bus_answers import today
from tests.e2e.coordination import PASSWORD, Coordination
from tests.e2e.stand_answers import BREATH, STAND, blood_and_weight, breath, counted, pressure, reception
from tests.e2e.stand_people import COUNTED, EVERYBODY, LABELLED, REFUSING, labelled
from tests.e2e.stand_tablets import OTHER, RECEPTION, STATION, Camera, Job, Market, Post, StandTablet
from tests.e2e.tablet import PASSPHRASES
from tests.support.server_process import ServerProcess

TEAM = ("Noa Fictif", "Eden Fictif", "Yaël Fictif", "Robin Fictif")
AHEAD = (timedelta(0), timedelta(minutes=4), timedelta(minutes=-3), timedelta(minutes=11))
"""No two tablets tell the same time; the last one is far enough off for the office to be told, once."""


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    process = ServerProcess(tmp_path)
    process.patience_s = 120.0
    return process


def test_sixty_people_are_seen_offline_and_every_label_finds_its_person(
    server: ServerProcess,
    playwright: Playwright,
    browsers: list[Browser],
    new_browser: Callable[[str], Browser],
    tmp_path: Path,
    screenshots: Path,
) -> None:
    day = today()
    at_the_office(server, day, 8)
    desk_browser = new_browser("desk")
    desk = Coordination(desk_browser.open(viewport={"width": 1280, "height": 900}), server.origin)
    desk_browser.set_clock(datetime.combine(day, time(8), PARIS))

    # In the morning the office adds a colleague to the team, prints labels and makes four cards.
    desk.log_in("clinique", server.one_time_password("clinique"))
    stand_office.join_the_team(desk, TEAM[3], "kinésithérapeute")
    camera = Camera(tmp_path / "camera.y4m", stand_office.labels_of_the_stop(desk, server, screenshots))
    posts = []
    for number, link in enumerate(stand_office.cards(desk)):
        films = Surroundings(arguments=camera.arguments if number == 0 else ())
        browser = Browser(playwright, tmp_path / f"profile-stand-{number}", server.origin, films)
        browsers.append(browser)
        tablet = StandTablet(browser.open())
        browser.set_clock(datetime.combine(day, time(8), PARIS) + AHEAD[number])
        tablet.enrol(link, f"Stand {number + 1}")
        tablet.create_access(TEAM[number], PASSPHRASES["nurse"])
        posts.append(Post(browser, tablet, AHEAD[number], []))
    for post in posts:
        post.tablet.expect_state("aucune fiche en attente")
        post.tablet.lock()
        post.browser.offline(cut=True)
    server.stop()

    # The market: no network from half past nine on. Each path once by hand, then everybody at once.
    market = Market(day, posts)
    market.at(9, 30)
    for post, member in zip(posts, TEAM, strict=True):
        post.tablet.unlock(member, PASSPHRASES["nurse"])
    front, bench, scales, corner = posts
    shown = stand_hours.Shown({})
    stand_hours.at_reception(front.tablet, camera, screenshots)
    stand_hours.at_the_bench(bench.tablet, shown, screenshots)
    stand_hours.at_the_scales(scales.tablet, shown)
    stand_hours.in_the_corner(corner.tablet, shown, screenshots)
    share_out(front, bench, scales, corner)
    market.all_at_once(9)
    corner.tablet.go_home()
    stand_hours.the_kiosk(corner.tablet, stand_figures.OPINIONS, screenshots)
    stand_hours.nothing_left(posts)

    # The network is back: everything arrives by itself, and every label finds its person.
    at_the_office(server, day, 13)
    told = answers_sent(corner.browser)
    for post in posts:
        post.browser.offline(cut=False)
    for post in posts:
        post.tablet.expect_state("aucune fiche en attente|tout est reçu")
    desk.log_in_again("clinique", PASSWORD)
    names = {number: stand_office.number_of(camera.seed, number) for number in range(1, 49)}
    stand_office.check_the_visits(desk, day, names, len(EVERYBODY) - 1)
    problems = stand_office.label_problems(names, exchanged=True, given_twice=True)
    assert stand_office.queue_of(desk) == problems
    stand_office.give_back_the_second(desk, names)
    stand_hours.correct_the_second(corner.tablet, TEAM[3])
    stand_office.check_the_visits(desk, day, names, len(EVERYBODY))
    assert stand_office.queue_of(desk) == stand_office.label_problems(names, exchanged=True)
    stand_relabel.exchange(desk, names, screenshots)
    assert stand_office.queue_of(desk) == stand_office.label_problems(names, exchanged=False)
    stand_office.check_the_visits(desk, day, names, len(EVERYBODY))
    stand_relabel.check_the_pressures(desk, day, names)
    for (number, link_id), words in shown.results.items():
        stand_office.says(desk, day, names[number], link_id, words)
    stand_figures.check_the_figures(desk, screenshots)
    stand_figures.check_the_indicators(desk, screenshots)

    # Six people told the kiosk; together they say something, and none of them leads anywhere.
    assert told == [len(stand_figures.OPINIONS)]
    marks = stand_figures.opinions_told(desk, screenshots)
    assert {mark: int(cells[0]) for mark, cells in marks.items() if cells[0] != "0"} == stand_figures.MARKS
    stand_figures.nobodys(server)

    # The next morning a label that no reception ever gave is looked into.
    server.stop()
    tomorrow = day + timedelta(days=1)
    at_the_office(server, tomorrow, 9)
    desk.log_in_again("clinique", PASSWORD)
    problems = stand_office.label_problems(names, exchanged=False, next_day=True)
    assert stand_office.queue_of(desk) == problems
    desk.page.screenshot(path=screenshots / "stand-queue.png", full_page=True)
    assert [] == accessibility.problems(desk.page)


def answers_sent(browser: Browser) -> list[int]:
    """Watch a tablet's calls: how many answers central takes in each; a token of before is refused first."""
    sent: list[int] = []

    def watch(response: Response) -> None:
        if response.url.endswith("/api/satisfaction") and response.ok:
            sent.append(len(json.loads(response.request.post_data or "{}")["responses"]))

    browser.context.on("response", watch)
    return sent


def at_the_office(server: ServerProcess, day: date, hour: int) -> None:
    """Start the server at this hour."""
    instant = datetime.combine(day, time(hour), PARIS)
    server.shift_s = (instant - datetime.now(UTC)).total_seconds()
    server.start()


def share_out(front: Post, bench: Post, scales: Post, corner: Post) -> None:
    """Give each post those whom it has not seen yet."""
    by_hand = stand_hours.BY_HAND
    front.jobs = [
        Job(who.label, (RECEPTION,), reception(who), STAND)
        for who in LABELLED
        if who.label not in by_hand["reception"]
    ]
    bench.jobs = [
        Job(who.label, (STATION,), pressure(who, year=None if who.refused else who.birth_year), STAND)
        for who in (*LABELLED, REFUSING)
        if who.pressure and who.label not in by_hand["pressure"]
    ]
    scales.jobs = [
        Job(who.label, (STATION,), blood_and_weight(who), STAND)
        for who in LABELLED
        if (who.glucose or who.weight) and who.label not in by_hand["blood"]
    ]
    corner.jobs = [Job(None, ("Comptage anonyme",), counted(who), STAND) for who in COUNTED[1:]]
    corner.jobs += [
        Job(label, (OTHER, "Repérage"), breath(labelled(label), *measured), BREATH)
        for label, measured in stand_hours.BREATHS.items()
        if label != stand_hours.BREATHLESS
    ]
