"""The CNIL's equivalents as rules, and digests that only the right password matches."""

import pytest

from server.auth.passwords import PasswordFault, digest, faults, is_outdated, matches


@pytest.mark.parametrize(
    "password",
    [
        "Rivage-2026-a",  # 13 characters, 4 classes
        "Rivage-2026a",  # 12, the least for 4 classes
        "RivageDuNord26",  # 14, the least for 3 classes
        "phare vague houle barque ancre voile galet",  # 7 words
        "Été-Hiver-2026",  # accents are letters
    ],
)
def test_the_published_equivalents_are_accepted(password: str) -> None:
    assert faults(password, login="cleo") == []


@pytest.mark.parametrize(
    "password",
    [
        "Rivage-2026",  # 11 characters
        "RivageDuNord2",  # 13 of 3 classes
        "rivagesdunordetdusud",  # long, one class, one word
        "phare phare phare phare phare phare phare",  # 7 times one word
        "la le un de du au et",  # 7 words too short to count
        "",
    ],
)
def test_anything_below_them_is_too_weak(password: str) -> None:
    assert PasswordFault.TOO_WEAK in faults(password, login="cleo")


def test_a_password_that_holds_the_login_is_refused() -> None:
    assert faults("Rivage-CLEO-2026", login="cleo") == [PasswordFault.CONTAINS_LOGIN]


def test_a_password_of_few_characters_repeated_is_refused() -> None:
    assert faults("Aa1-Aa1-Aa1-Aa1-", login="cleo") == [PasswordFault.REPETITIVE]


def test_a_password_longer_than_what_is_hashed_is_refused() -> None:
    assert PasswordFault.TOO_LONG in faults("Rivage-2026 " * 30, login="cleo")


def test_every_fault_is_said_at_once() -> None:
    assert faults("cleo", login="cleo") == [
        PasswordFault.TOO_WEAK,
        PasswordFault.CONTAINS_LOGIN,
        PasswordFault.REPETITIVE,
    ]


def test_a_digest_matches_its_password_only() -> None:
    stored = digest("Été-Hiver-2026")
    assert stored.startswith("$argon2id$")
    assert matches(stored, "Été-Hiver-2026")
    assert not matches(stored, "Ete-Hiver-2026")
    assert not is_outdated(stored)


def test_an_accent_typed_as_two_characters_is_the_same_password() -> None:
    assert matches(digest("Été-Hiver-2026"), "E\u0301te\u0301-Hiver-2026")


def test_an_unreadable_digest_matches_nothing() -> None:
    assert not matches("not a digest", "anything")
    assert not matches("", "")


def test_a_digest_of_weaker_parameters_is_outdated() -> None:
    weak = "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$K5mHOZ2Sx0EYUDwlYOGfkhzwBnVOFjo7A2ULE9GQQ9o"
    assert is_outdated(weak)
