"""People matched a second: identity keys, sounds of names, comparisons within blocks, of 10,000."""

import random
import time
from collections import defaultdict
from datetime import date, timedelta
from itertools import combinations

from server.matching.compare import compare, weights
from server.matching.identity import keys_of
from server.matching.traits import Traits
from server.projection.identities import sounds_of
from server.projection.proposals import block
from tests.bench.measurement import Measurement

PEOPLE = 10_000
SYLLABLES = (
    *("MAR", "TIN", "DU", "PONT", "LE", "FEV", "RE", "BER", "NARD", "MO", "REAU"),
    *("GI", "RARD", "ROUX", "FON", "TAINE", "CHE", "VA", "LIER", "GAU", "THIER"),
)
FIRST_NAMES = (
    *("JEAN", "MARIE", "PAUL", "PIERRE", "ANNE", "CLAIRE", "LOUISE"),
    *("MARCEL", "ODETTE", "RENE", "SIMONE", "LUCIEN", "ANDRE", "YVONNE"),
)


def measure() -> list[Measurement]:
    """Return how many people a second are keyed, and compared with all who share a date or a sound."""
    people = list(_people(random.Random(1)))
    started = time.perf_counter()
    keys = {keys_of(traits, str(number), "team").identity for number, traits in enumerate(people)}
    proposed = sum(1 for _ in _proposed(people))
    rate = len(people) / (time.perf_counter() - started)
    assert keys
    assert proposed
    return [Measurement(f"matching, {PEOPLE} people within their blocks", rate, "people/s")]


def _people(drawn: random.Random) -> list[Traits]:
    def name() -> str:
        return "".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 3)))

    return [
        Traits(
            birth_name=name(),
            first_name=drawn.choice(FIRST_NAMES),
            birth_date=date(1930, 1, 1) + timedelta(days=drawn.randrange(29_000)),
            sex=drawn.choice("FM"),
            birth_place=drawn.choice(["42187", "69123", "99999"]),
            commune=drawn.choice(["42104", "42015"]),
            phone=f"06{drawn.randrange(10**8):08}",
        )
        for _ in range(PEOPLE)
    ]


def _proposed(people: list[Traits]) -> list[tuple[Traits, Traits]]:
    blocks: dict[object, list[Traits]] = defaultdict(list)
    for each in people:
        for key in (each.birth_date, sounds_of(each)[1], sounds_of(each)[2]):
            blocks[key].append(each)
    return [
        (one, other)
        for found in blocks.values()
        for one, other in combinations(found, 2)
        if block(one, other) and compare(one, other).score >= weights().threshold
    ]


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
