/** Signed payloads of many people's consultations: one content, each with its own person, visit and instant. */
import { currentTeamKey } from "$lib/central/keyring";
import { sha256Hex } from "$lib/crypto/digest";
import { signCompact } from "$lib/crypto/jws";
import { randomUuid } from "$lib/crypto/random";
import type { EnvelopeDocument } from "$lib/envelope/document";
import type { RecordBundle, RecordPayload, Resource } from "$lib/envelope/payload";
import { seal } from "$lib/envelope/seal";
import { RECORD_TYP } from "$lib/envelope/verify";
import type { BenchTeam } from "./team";

const FAMILIES = ["MARTIN", "BERNARD", "DUBOIS", "LEFÈVRE", "NOËL", "GARCIA-HAMMADI", "D'ALMEIDA", "PETIT"];
const GIVEN = ["MARIE", "PAUL", "SARAH-LOU", "ANDRÉ", "CHLOÉ", "JEAN", "INÈS", "LÉO", "MAËLLE", "YANIS"];
const STOPS = Array.from({ length: 40 }, randomUuid);
const FIRST_MS = Date.UTC(2026, 0, 5, 8);
const MINUTES_BETWEEN = 50;

/** The records of one device, in its chain. */
export class Consultations {
  #sequence = 0;
  #previous: string | null = null;

  /** `content` is the bundle that all have, but for the person. */
  constructor(
    private readonly team: BenchTeam,
    private readonly content: RecordBundle,
  ) {}

  /** Sign and seal the next one. */
  async next(): Promise<EnvelopeDocument> {
    const { keys, organization, signing } = this.team;
    const jws = await signCompact(this.#payload(), RECORD_TYP, signing);
    this.#previous = await sha256Hex(jws);
    return seal(jws, { reader: currentTeamKey(keys), owner: organization });
  }

  #payload(): RecordPayload {
    const { keys, signer } = this.team;
    const number = (this.#sequence += 1);
    return {
      v: 1,
      kind: "record",
      organization: keys.team,
      campaign: keys.team,
      team: keys.team,
      stop: STOPS[number % STOPS.length] ?? "",
      visit: randomUuid(),
      device: signer.device,
      slot: signer.slot,
      member: signer.member,
      sequence: number,
      previous: this.#previous,
      signed_at: new Date(FIRST_MS + number * MINUTES_BETWEEN * 60_000).toISOString(),
      clock_offset_ms: -1200,
      form: { url: "https://escale.example/fhir/Questionnaire/bench", version: "1", digest: "d".repeat(64) },
      evaluator: "escale-bench/1",
      replaces: null,
      content: { ...this.content, entry: this.content.entry.map((entry) => named(entry, number)) },
    };
  }
}

function named(entry: RecordBundle["entry"][number], number: number): RecordBundle["entry"][number] {
  return entry.resource.resourceType === "Patient" ? { ...entry, resource: patient(number) } : entry;
}

/** Names and birth dates go round at different paces: as many people as records. */
function patient(number: number): Resource {
  const family = `${FAMILIES[number % FAMILIES.length] ?? ""} ${FAMILIES[number % 7] ?? ""}`;
  const born = new Date(Date.UTC(1930, 0, 1 + ((number * 37) % 25_000)));
  return {
    resourceType: "Patient",
    name: [
      { use: "official", family, given: [GIVEN[number % GIVEN.length] ?? ""] },
      { use: "usual", family: FAMILIES[number % 5] ?? "" },
    ],
    gender: "female",
    birthDate: born.toISOString().slice(0, 10),
  };
}
