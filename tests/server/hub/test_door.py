"""A hub's tokens: for who proves a believed key to this hub, for ten minutes that no clock setting moves."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from server.errors import NotAllowed, NotAuthenticated, NotFound, Problem
from server.hub.door import MAX_NONCES, NONCE_S, TOKEN_S, Door
from sync.errors import Forbidden, Unauthorized
from tests.server.hub.conftest import DATABASE, FORMER, Bench, Device

pytestmark = pytest.mark.anyio


async def signed_in(bench: Bench, device: Device) -> str:
    drawn = await bench.node.door.nonce(device.id)
    return (await bench.node.door.token(device.assertion(drawn.nonce, bench.node.device))).token


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def code(bench: Bench, assertion: str) -> str:
    try:
        await bench.node.door.token(assertion)
    except Problem as problem:
        return problem.code
    return "ok"


@pytest.fixture
async def device(bench: Bench) -> Device:
    drawn = bench.device()
    await bench.tell(drawn)
    return drawn


async def test_a_token_opens_the_hubs_databases_to_its_device(bench: Bench, device: Device) -> None:
    principal = await bench.node.door(bearer(await signed_in(bench, device)))
    assert principal.name == device.id
    assert principal.roles == {f"team:{DATABASE}", f"team:{FORMER}"}
    assert list(bench.node.door.seen) == [device.id]


async def test_it_lives_ten_minutes_whatever_the_wall_clock_does(bench: Bench, device: Device) -> None:
    token = await signed_in(bench, device)
    bench.time.wall -= timedelta(days=3000)
    bench.time.monotonic += TOKEN_S - 1
    await bench.node.door(bearer(token))
    bench.time.wall += timedelta(days=6000)
    await bench.node.door(bearer(token))
    bench.time.monotonic += 1
    with pytest.raises(Unauthorized):
        await bench.node.door(bearer(token))


async def test_an_assertion_serves_once_in_time_and_for_this_hub_only(bench: Bench, device: Device) -> None:
    other = bench.device()
    await bench.tell(other)

    async def signed(**changed: str) -> str:
        drawn = await bench.node.door.nonce(device.id)
        return device.assertion(**{"nonce": drawn.nonce, "node": bench.node.device, **changed})

    once = await signed()
    assert [await code(bench, once), await code(bench, once)] == ["ok", "nonce-invalid"]
    assert await code(bench, await signed(node="central")) == "assertion-invalid"
    assert await code(bench, await signed(audience="elsewhere")) == "assertion-invalid"
    assert await code(bench, await signed(device=other.id)) == "assertion-invalid"
    assert await code(bench, await signed(device="nobody")) == "device-unknown"
    assert await code(bench, await signed(nonce="guessed")) == "nonce-invalid"
    assert await code(bench, "a.b.c") == "assertion-invalid"
    stolen = (await bench.node.door.nonce(other.id)).nonce
    assert await code(bench, device.assertion(stolen, bench.node.device)) == "nonce-invalid"
    late = await signed()
    bench.time.pass_s(NONCE_S)
    assert await code(bench, late) == "nonce-invalid"


async def test_a_token_comes_with_the_challenge_for_the_next_one(bench: Bench, device: Device) -> None:
    node = bench.node
    first = await node.door.token(device.assertion((await node.door.nonce(device.id)).nonce, node.device))
    bench.time.pass_s(TOKEN_S + NONCE_S - 1)
    second = await node.door.token(device.assertion(first.nonce, node.device))
    bench.time.pass_s(TOKEN_S + NONCE_S)
    assert await code(bench, device.assertion(second.nonce, node.device)) == "nonce-invalid"


async def test_challenges_are_bounded(bench: Bench, device: Device) -> None:
    first = await bench.node.door.nonce(device.id)
    for _ in range(MAX_NONCES):
        await bench.node.door.nonce(device.id)
    assert await code(bench, device.assertion(first.nonce, bench.node.device)) == "nonce-invalid"


async def test_a_revocation_bites_at_the_next_request(bench: Bench, device: Device) -> None:
    token = await signed_in(bench, device)
    await bench.tell(device, "revoked", revision=(2, "b" * 32))
    with pytest.raises(Forbidden):
        await bench.node.door(bearer(token))
    with pytest.raises(NotAllowed):
        await bench.node.door.nonce(device.id)


async def test_nobody_unknown_gets_a_challenge(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await bench.node.door.nonce(bench.device().id)


async def test_no_other_token_is_taken(bench: Bench, device: Device) -> None:
    token = await signed_in(bench, device)
    claims = jwt.decode(token, bench.node.door._key, algorithms=["ES256"]).claims
    forger = ECKey.generate_key("P-256")
    another_start = Door(
        bench.node.device, bench.node.beliefs, bench.node.engine.databases, bench.time.clocks
    )
    by_central = jwt.encode({"alg": "ES256"}, claims, bench.keys.token, algorithms=["ES256"])
    for wrong in (
        jwt.encode({"alg": "ES256"}, claims, forger, algorithms=["ES256"]),
        by_central,
        token[:-4] + "AAAA",
        "a.b.c",
        "",
    ):
        with pytest.raises(Unauthorized):
            await bench.node.door(bearer(wrong))
    with pytest.raises(Unauthorized):
        await another_start(bearer(token))
    with pytest.raises(Unauthorized):
        await bench.node.door({})
    assert NotAuthenticated.status == 401
