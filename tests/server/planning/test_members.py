"""Who may give which role, and numbers that are only doubted."""

import pytest

from server.planning.members import roles_given_by, rpps_holds
from server.store.control import Role


@pytest.mark.parametrize("rpps", ["10005173140", "10003879623", "10002422979"])
def test_a_published_rpps_number_holds(rpps: str) -> None:
    assert rpps_holds(rpps)


@pytest.mark.parametrize("rpps", ["10003461033", "10101201234", "10102727017", "10005173141"])
def test_a_sample_number_does_not(rpps: str) -> None:
    assert not rpps_holds(rpps)


def test_only_a_clinical_coordinator_makes_one() -> None:
    assert Role.CLINICAL_COORDINATOR in roles_given_by(Role.CLINICAL_COORDINATOR)
    assert Role.CLINICAL_COORDINATOR not in roles_given_by(Role.ADMINISTRATIVE_COORDINATOR)
