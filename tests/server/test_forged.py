"""Forged things, pushed over HTTP by an enrolled tablet with a valid token, then projected.

Each has its stated answer; afterwards the honest records are all integrated, and nothing else.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from litestar import Litestar
from sqlmodel import select

from server.envelope.seal import Envelope, wrap
from server.identifiers import new_uuid
from server.routes.services import Services
from server.store.read import Finding, FindingCode, Record
from tests.server.forger import Forger
from tests.support.organisation import DAY, FORM, NOON, Seeded, seed_team
from tests.support.records import RecordWriter, full_answers
from tests.support.tablet import Tablet, enrolled_tablet

pytestmark = pytest.mark.anyio


class Said(NamedTuple):
    """What the receipt of an envelope says: its state, whose turn it is, and the reasons."""

    state: str
    turn: str | None
    reasons: tuple[str, ...]


INTEGRATED = Said("integrated", None, ())


def aside(reason: str, turn: str = "support") -> Said:
    return Said("quarantined", turn, (reason,))


def waits(reason: str) -> Said:
    return Said("received", "support", (reason,))


UNKNOWN_VERSION = {"url": FORM[0], "version": "9.9.9", "digest": "0" * 64}
OTHER = new_uuid()

FORGED: Mapping[str, tuple[Callable[[Forger], Envelope], Said]] = {
    # A colleague's content, signed by another slot
    "another device": (lambda it: it.resigned(device=it.doctor.device), aside("signer-mismatch")),
    "another sequence": (lambda it: it.resigned(sequence=7, previous="0" * 64), aside("signer-mismatch")),
    "another team": (lambda it: it.resigned(team=it.other.team), aside("signer-mismatch")),
    "another visit": (lambda it: it.resigned(visit=OTHER), aside("signer-mismatch")),
    "another member": (lambda it: it.resigned(member=it.doctor.member), aside("signer-mismatch")),
    "nothing changed but the signer": (lambda it: it.resigned(), aside("signer-mismatch")),
    "the forger's own names on it": (lambda it: it.appropriated(), aside("payload-invalid")),
    "the forger's names, another visit": (lambda it: it.appropriated(visit=OTHER), aside("payload-invalid")),
    "the forger's names, another team": (
        lambda it: it.appropriated(team=it.other.team),
        aside("team-mismatch"),
    ),
    "signed by an unknown key": (lambda it: it.unknown_signer(), waits("signer-unknown")),
    "signed by a slot not confirmed": (lambda it: it.pending_signer(), waits("signer-unknown")),
    "signed in another team": (lambda it: it.outsider(), aside("team-mismatch")),
    # A colleague's signature, on something else
    "an altered payload": (lambda it: it.grafted(visit=OTHER), aside("signature-invalid")),
    "the forger's key id": (
        lambda it: it.headed(kid=it.doctor.signing.thumbprint()),
        aside("signature-invalid"),
    ),
    "algorithm none": (lambda it: it.headed(alg="none"), aside("signature-invalid")),
    "algorithm HS256": (lambda it: it.headed(alg="HS256"), aside("signature-invalid")),
    "a header nested beyond reading": (lambda it: it.headed_by("[" * 50_000), aside("signature-invalid")),
    "signed as a proof, not a record": (lambda it: it.typed("JWT"), aside("signature-invalid")),
    # A colleague's record untouched, in another wrapping
    "in a new envelope": (lambda it: it.sealed(it.record.compact), INTEGRATED),
    "to another team's key id": (lambda it: it.labelled(f"{it.other.team}.1"), aside("team-mismatch")),
    "to an epoch that never was": (lambda it: it.labelled(f"{it.seeded.team}.99"), waits("unknown-key")),
    "to another organisation's key": (lambda it: it.elsewhere(), waits("unknown-key")),
    "a damaged ciphertext": (lambda it: it.damaged(), aside("decryption-failed")),
    "a padding that hides something": (lambda it: it.badly_padded(), aside("bad-padding")),
    "not an envelope at all": (lambda it: wrap(f"GARCIA {it.record.digest}"), aside("not-an-envelope")),
    # Two contents for one sequence of a device: both are kept, and a finding says so
    "a second content by the same slot": (lambda it: it.second(), INTEGRATED),
    "a second content by a colleague's slot": (lambda it: it.second(beside=True), INTEGRATED),
    # Well signed, of another place
    "another organisation": (lambda it: it.written(organization=OTHER), aside("organization-mismatch")),
    "an unknown stop": (lambda it: it.written(stop=OTHER), waits("unknown-stop")),
    "another team's stop": (lambda it: it.written(stop=it.other.stop), aside("team-mismatch")),
    "a campaign of nobody": (lambda it: it.written(campaign=OTHER), aside("payload-invalid")),
    # Well signed, of another form
    "an unknown form version": (
        lambda it: it.written(form=UNKNOWN_VERSION),
        waits("unknown-form"),
    ),
    "another form under a published name": (
        lambda it: it.written(form={**it.record.payload["form"], "digest": "0" * 64}),
        aside("form-digest-mismatch"),
    ),
    # Well signed, of another shape
    "a resource that is no bundle": (
        lambda it: it.containing('{"resourceType": "Patient"}'),
        aside("payload-invalid"),
    ),
    "no object": (lambda it: it.containing("[]"), aside("payload-invalid")),
    "nested beyond reading": (
        lambda it: it.containing('{"entry": ' + "[" * 20_000 + "]" * 20_000 + "}"),
        aside("payload-invalid"),
    ),
    "groups within groups": (lambda it: it.branching(200), aside("content-invalid", "author")),
    "half a character": (lambda it: it.containing(r'{"id": "\ud800"}'), aside("payload-invalid")),
    "a null character": (lambda it: it.containing(r'{"id": "\u0000"}'), aside("payload-invalid")),
    "sequence zero": (lambda it: it.appropriated(sequence=0), aside("payload-invalid")),
    # Well signed, at an impossible time
    "signed before the service existed": (
        lambda it: it.written(signed_at=datetime(2019, 12, 31, tzinfo=UTC)),
        aside("date-impossible"),
    ),
    "signed the day after tomorrow": (
        lambda it: it.written(signed_at=NOON + timedelta(days=2)),
        aside("date-impossible"),
    ),
    "signed at the end of time": (
        lambda it: it.written(signed_at=datetime.max.replace(tzinfo=UTC), clock_offset_ms=10**12),
        aside("date-impossible"),
    ),
    "signed on a day that is not": (
        lambda it: it.appropriated(signed_at="2026-02-30T12:00:00.000+01:00"),
        aside("payload-invalid"),
    ),
    "a visit next week": (
        lambda it: it.written_for(NOON + timedelta(days=7)),
        aside("content-invalid", "author"),
    ),
    # Well signed, with answers that cannot be
    "13/8 typed for 130/80": (
        lambda it: it.written(full_answers(vitals__sbp={"values": [13]}, vitals__dbp={"values": [8]})),
        aside("content-invalid", "author"),
    ),
    "born on a day that is not": (
        lambda it: it.written(full_answers(identity__birth_date={"values": ["1954-02-30"]})),
        aside("content-invalid", "author"),
    ),
    "born tomorrow": (
        lambda it: it.written(full_answers(identity__birth_date={"values": ["2026-11-24"]})),
        aside("content-invalid", "author"),
    ),
}

FINDINGS: Mapping[str, FindingCode] = {
    "in a new envelope": FindingCode.DUPLICATE_ENVELOPE,
    "a second content by the same slot": FindingCode.SEQUENCE_FORK,
    "a second content by a colleague's slot": FindingCode.SEQUENCE_FORK,
}
"""What a person is told beside the receipts; of the others, nothing more."""


class Bus:
    """The running application, a tablet of the team and one of another team."""

    def __init__(
        self, services: Services, seeded: Seeded, other: Seeded, ours: Tablet, theirs: Tablet
    ) -> None:
        self.services, self.seeded, self.other = services, seeded, other
        self.ours, self.theirs = ours, theirs

    def forger(self) -> Forger:
        """A nurse with a record, and somebody who forges it."""
        return Forger(self.services.store, self.services.keys, self.seeded, self.other)

    async def push(self, tablet: Tablet, *envelopes: Envelope) -> None:
        """Have a tablet push envelopes, none of which the node refuses, and project them."""
        answer = await tablet.push_documents([envelope.document for envelope in envelopes])
        assert (answer.status_code, answer.json()) == (201, [])
        await self.services.projection.caught_up()

    def integrated(self) -> dict[str, str]:
        """The envelope of each integrated record, by the record's digest."""
        with self.services.store.session() as session:
            return dict(session.exec(select(Record.digest, Record.envelope_id)).all())

    def findings(self) -> set[str]:
        """The keys of all findings."""
        with self.services.store.session() as session:
            return set(session.exec(select(Finding.key)).all())


@pytest.fixture
async def bus(app: Litestar, client: httpx.AsyncClient, seeded: Seeded) -> Bus:
    services: Services = app.state.services
    with services.store.session() as session:
        other = seed_team(session, services.keys, DAY, "Équipe voisine")
    ours, theirs = [await enrolled_tablet(client, services, team) for team in (seeded, other)]
    return Bus(services, seeded, other, ours, theirs)


async def said_of(tablet: Tablet, envelopes: Mapping[str, Envelope]) -> dict[str, Said | None]:
    """What a tablet reads of envelopes: receipts that the organisation signed."""
    receipts = await tablet.receipts()
    return {name: said(receipts.get(envelope.identifier)) for name, envelope in envelopes.items()}


def said(receipt: Mapping[str, Any] | None) -> Said | None:
    if receipt is None:
        return None
    return Said(receipt["state"], receipt["turn"], tuple(receipt["reasons"]))


def finding_key(code: FindingCode, forger: Forger) -> str:
    """The finding about a nurse's record: of its place in the chain, or of itself."""
    place = f"{forger.nurse.device}:1" if code is FindingCode.SEQUENCE_FORK else forger.record.digest
    return f"{code}:{place}"


@pytest.mark.parametrize("forged_first", [True, False], ids=["forged first", "honest first"])
async def test_each_forgery_gets_its_answer_and_only_honest_records_are_integrated(
    bus: Bus, forged_first: bool
) -> None:
    forgers = {name: bus.forger() for name in FORGED}
    forged = {name: make(forgers[name]) for name, (make, _) in FORGED.items()}
    honest = {name: forger.record.envelope for name, forger in forgers.items()}

    for envelopes in (forged, honest) if forged_first else (honest, forged):
        await bus.push(bus.ours, *envelopes.values())

    assert await said_of(bus.ours, forged) == {name: answer for name, (_, answer) in FORGED.items()}
    assert await said_of(bus.ours, honest) == dict.fromkeys(FORGED, INTEGRATED)
    integrated = bus.integrated()
    honest_digests = {forger.record.digest for forger in forgers.values()}
    kept = {forged[name].identifier for name, code in FINDINGS.items() if code is FindingCode.SEQUENCE_FORK}
    assert honest_digests <= integrated.keys()
    assert {integrated[digest] for digest in integrated.keys() - honest_digests} == kept
    assert bus.findings() == {finding_key(code, forgers[name]) for name, code in FINDINGS.items()}


async def test_a_record_carried_to_another_teams_database_is_nothing_there_and_stays_good_here(
    bus: Bus,
) -> None:
    forger = bus.forger()
    await bus.push(bus.ours, forger.record.envelope)
    theirs = RecordWriter(bus.other, bus.services.keys)
    replacing = {"record": forger.record.envelope.identifier, "reason": "Erreur d’équipe"}
    carried = {
        "as it is": forger.record.envelope,
        "sealed to their key": theirs.seal(forger.record.compact),
        "replaced by one of theirs": theirs.record(forger.neighbour, replaces=replacing).envelope,
    }

    await bus.push(bus.theirs, *carried.values())

    assert await said_of(bus.theirs, carried) == {
        "as it is": aside("team-mismatch"),
        "sealed to their key": aside("team-mismatch"),
        "replaced by one of theirs": INTEGRATED,
    }
    assert await said_of(bus.ours, {"ours": forger.record.envelope}) == {"ours": INTEGRATED}
    assert set(bus.integrated().values()) == {
        forger.record.envelope.identifier,
        carried["replaced by one of theirs"].identifier,
    }
    assert bus.findings() == set()
