"""The link that a hub is given: a hub's card, or nothing."""

import base64
import json

import pytest

from server.hub import card


def link(said: object) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"https://escale.example/tablette/#e={encoded}"


def test_a_hubs_card_is_read() -> None:
    read = card.read(f" {link({'s': 'secret', 'x': 1, 'k': 'thumb', 'o': 'org', 'h': 1})}\n")
    assert read == card.Card("thumb", "secret")
    assert "secret" not in repr(read)


def test_a_tablets_card_is_not_for_a_hub() -> None:
    with pytest.raises(card.NotForAHub):
        card.read(link({"s": "secret", "x": 1, "k": "thumb", "o": "org"}))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "https://escale.example/",
        "https://escale.example/tablette/#e=",
        "https://escale.example/tablette/#e=é",
        link([]),
        link({"h": 1}),
        link({"s": 1, "k": 2, "h": 1}),
    ],
)
def test_anything_else_is_no_card(wrong: str) -> None:
    with pytest.raises(card.NotACard):
        card.read(wrong)
