"""How often central has certificates made: attempts count, whatever came of them."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from cryptography import x509

from server.certificates.errors import NotIssued
from server.certificates.issued import Issued
from server.certificates.service import ALL_ATTEMPTS_A_DAY, ATTEMPTS_A_DAY, DAY_S, PAUSE_S, HubCertificates
from server.errors import TooManyTries, Unavailable
from server.hub import certificate
from tests.server.certificates.requests import HOST

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CSR = certificate.request(HOST).csr


@dataclass
class Issuing:
    """An issuer that works or not, how often it was asked, and the clock of who asks it."""

    works: bool = True
    asked: int = 0
    now_s: float = 1000.0
    given: HubCertificates = field(init=False)

    def __post_init__(self) -> None:
        self.given = HubCertificates(self, HOST, lambda: NOW, lambda: self.now_s)

    async def issue(self, _asked: x509.CertificateSigningRequest, now: datetime) -> Issued:
        """Issue, or fail."""
        self.asked += 1
        if not self.works:
            raise NotIssued("the command failed (1)")
        return Issued("chain", now)


async def minutes_of_attempts(issuing: Issuing, *hubs: str, minutes: int) -> list[int]:
    """Let every hub ask once a minute; return the minutes in which the issuer was asked."""
    found = []
    for minute in range(minutes):
        for hub in hubs:
            before = issuing.asked
            with suppress(TooManyTries, Unavailable):
                await issuing.given.give(hub, CSR)
            if issuing.asked > before:
                found.append(minute)
        issuing.now_s += 60
    return found


@pytest.mark.parametrize("works", [True, False])
async def test_a_hub_that_asks_every_minute_is_answered_ever_more_rarely(*, works: bool) -> None:
    issuing = Issuing(works)
    assert await minutes_of_attempts(issuing, "hub", minutes=1440) == [0, 10, 30, 70, 150, 310]
    assert await minutes_of_attempts(issuing, "hub", minutes=10) == [0]


async def test_a_failing_issuer_rests_whoever_asks_and_one_that_works_does_not() -> None:
    hubs = [f"hub {number}" for number in range(5)]
    assert await minutes_of_attempts(Issuing(), *hubs, minutes=10) == [0] * 5
    assert await minutes_of_attempts(Issuing(works=False), *hubs, minutes=50) == [0, 10, 20, 30, 40]


async def test_all_hubs_together_are_bounded_in_a_day() -> None:
    issuing = Issuing()
    hubs = [f"hub {number}" for number in range(ALL_ATTEMPTS_A_DAY + 1)]
    await minutes_of_attempts(issuing, *hubs, minutes=1)
    assert issuing.asked == ALL_ATTEMPTS_A_DAY
    with pytest.raises(TooManyTries) as refused:
        await issuing.given.give(hubs[-1], CSR)
    wait_s = int(refused.value.headers["retry-after"])
    assert PAUSE_S * ATTEMPTS_A_DAY < wait_s <= DAY_S
    issuing.now_s += wait_s
    assert (await issuing.given.give(hubs[-1], CSR)).chain == "chain"
