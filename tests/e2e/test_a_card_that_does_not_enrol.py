"""Every way in which an enrolment card can fail has its own clear screen, and takes nothing."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Browser
from tests.e2e.tablet import Tablet
from tests.support.server_process import ServerProcess

Change = Callable[[dict[str, Any]], None]


def link_with(server: ServerProcess, change: Change) -> str:
    """Return the printed link with something else in its fragment."""
    parts = urlsplit(server.enrolment_link())
    text = parts.fragment.removeprefix("e=")
    card = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    change(card)
    encoded = base64.urlsafe_b64encode(json.dumps(card).encode()).rstrip(b"=").decode()
    return f"{server.origin}/tablette/#e={encoded}"


def expired(card: dict[str, Any]) -> None:
    card["x"] = 1_700_000_000


def made_elsewhere(card: dict[str, Any]) -> None:
    card["k"] = "A" * 43


def unknown(card: dict[str, Any]) -> None:
    card["s"] = "B" * 43


def test_a_card_serves_once(server: ServerProcess, new_browser: Callable[[str], Browser]) -> None:
    Tablet(new_browser("first").open()).enrol(server.enrolment_link())
    second = Tablet(new_browser("second").open())
    second.page.goto(server.enrolment_link())
    second.page.get_by_label("Nom de cette tablette").fill("Bus 2")
    second.button("Inscrire cette tablette").click()
    expect(second.heading("Cette carte a déjà servi")).to_be_visible()
    assert "#" not in second.page.url


@pytest.mark.parametrize(
    ("change", "screen"),
    [
        (expired, "Cette carte a expiré"),
        (made_elsewhere, "Cette carte vient d’une autre organisation"),
        (unknown, "Carte inconnue"),
    ],
)
def test_a_card_that_is_not_right_is_named_for_what_it_is(
    server: ServerProcess, new_browser: Callable[[str], Browser], change: Change, screen: str
) -> None:
    tablet = Tablet(new_browser("tablet").open())
    tablet.page.goto(link_with(server, change))
    label = tablet.page.get_by_label("Nom de cette tablette")
    expect(label.or_(tablet.heading(screen))).to_be_visible()
    if label.is_visible():
        label.fill("Bus 1")
        tablet.button("Inscrire cette tablette").click()
    expect(tablet.heading(screen)).to_be_visible()


def test_a_torn_link_is_told(server: ServerProcess, new_browser: Callable[[str], Browser]) -> None:
    tablet = Tablet(new_browser("tablet").open())
    tablet.page.goto(server.enrolment_link()[:-40])
    expect(tablet.heading("Ce lien d’inscription ne se lit pas")).to_be_visible()


def test_a_card_read_without_network_is_kept_for_later(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    browser = new_browser("tablet")
    tablet = Tablet(browser.open())
    tablet.page.goto(server.enrolment_link())
    tablet.page.get_by_label("Nom de cette tablette").fill("Bus 1")
    browser.offline(cut=True)
    tablet.button("Inscrire cette tablette").click()
    expect(tablet.page.get_by_text("Le serveur ne répond pas")).to_be_visible()
    expect(tablet.page.get_by_label("Nom de cette tablette")).to_have_value("Bus 1")
    browser.offline(cut=False)
    tablet.button("Inscrire cette tablette").click()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
