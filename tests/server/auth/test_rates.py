"""How often one address may do something: by the hour, in memory, never by its own name."""

from server.auth.rates import HOUR_S, MOST_ADDRESSES, AddressRate


class Hand:
    """A clock that tests push."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_what_is_allowed_in_an_hour_comes_back_an_hour_later() -> None:
    hand = Hand()
    rate = AddressRate(2, hand)
    assert [rate.charge("192.0.2.1") for _ in range(2)] == [0, 0]
    hand.s += 600
    assert rate.charge("192.0.2.1") == HOUR_S - 600
    assert rate.wait_s("192.0.2.1") == HOUR_S - 600
    assert rate.charge("192.0.2.2") == 0
    hand.s += HOUR_S - 600
    assert rate.charge("192.0.2.1") == 0


def test_the_addresses_of_one_household_are_one() -> None:
    rate = AddressRate(1, Hand())
    assert rate.charge("2001:db8:1:2::1") == 0
    assert rate.charge("2001:db8:1:2:ffff::2") > 0
    assert rate.charge("2001:db8:1:3::1") == 0
    assert rate.charge("192.0.2.1") == 0
    assert rate.charge("::ffff:192.0.2.1") > 0


def test_no_address_is_kept_and_two_processes_keep_different_digests() -> None:
    kept = []
    for _ in range(2):
        rate = AddressRate(1, Hand())
        rate.charge("192.0.2.1")
        kept.append(list(rate._seen))
    assert b"192.0.2.1" not in kept[0][0]
    assert kept[0] != kept[1]


def test_a_flood_of_addresses_takes_no_more_memory() -> None:
    rate = AddressRate(1, Hand())
    for number in range(MOST_ADDRESSES + 10):
        rate.charge(f"name-{number}")
    assert len(rate._seen) == MOST_ADDRESSES
