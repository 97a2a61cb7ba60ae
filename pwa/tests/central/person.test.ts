import { beforeEach, describe, expect, it } from "vitest";
import { Organization } from "./organization";
import { arrive, freshReplica } from "./replica";
import { centralId } from "$lib/central/document";
import { SHARDS } from "$lib/central/person";
import { CentralReader } from "$lib/central/reader";
import type { Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";

const PERSON = "0f3c2d1e-5a53-4d4e-9a52-3b6de1a1f001";
const SUMMARY = {
  person: PERSON,
  birth_name: "MARTIN",
  first_name: "MARIE",
  birth_date: "1958-04-03",
  sex: "F",
  deceased: false,
  facts: {
    "history.allergies": { answer: { values: ["Pénicilline"] }, day: "2026-05-12", by: "Dr Morel" },
    "history.treatments_status": { answer: { absent: "asked-unknown" }, day: "2026-05-12", by: "Dr Morel" },
  },
  visits: [
    {
      visit: randomUuid(),
      day: "2026-05-12",
      stop: "Belmont",
      reasons: ["Douleur"],
      outcome: ["Conseils"],
      vitals: [
        { link_id: "vitals.sbp", label: "Pression artérielle systolique", value: 128, unit: "mmHg" },
        { label: "Poids", value: 64.5, unit: "kg" },
      ],
      by: ["Dr Morel"],
      records: [`e${"a".repeat(64)}`],
    },
  ],
};

let organization: Organization;
let replica: Replica;
let reader: CentralReader;

beforeEach(async () => {
  organization = await Organization.found();
  replica = await freshReplica();
  const { database, signingKey } = organization;
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
});

async function published(summary: object): Promise<Awaited<ReturnType<CentralReader["person"]>>> {
  const sealed = await organization.sealed(summary);
  await arrive(replica, [await organization.document("person", PERSON, { sealed })]);
  return reader.person(await organization.teamKeys(), PERSON);
}

describe("a person's summary", () => {
  it("lies under an id of its own prefix: it is read by key and never listed (wire §4)", async () => {
    expect(await centralId("person", PERSON)).toMatch(/^p[0-9a-f]{40}$/);
    expect(await centralId("people", SHARDS[0] ?? "")).toMatch(/^p[0-9a-f]{40}$/);
  });

  it("opens, with what is not known as null", async () => {
    const person = await published(SUMMARY);
    expect(person).toMatchObject({
      person: PERSON,
      birth_name: "MARTIN",
      used_name: null,
      deceased_on: null,
    });
    expect(person?.facts.get("history.allergies")?.answer).toEqual({ values: ["Pénicilline"] });
    expect(person?.visits[0]?.vitals.map(({ link_id, value }) => [link_id, value])).toEqual([
      ["vitals.sbp", 128],
      [null, 64.5],
    ]);
  });

  it("tells what was stated since beside the fact, which it does not erase", async () => {
    const later = { absent: "asked-declined", day: "2026-09-01", by: "Dr Lenoir" };
    const fact = { answer: { values: ["Latex"] }, day: "2026-05-12", by: "Dr Morel", later };
    const person = await published({ ...SUMMARY, facts: { "history.allergies": fact } });
    expect(person?.facts.get("history.allergies")).toEqual(fact);
  });

  it("keeps an absence an absence", async () => {
    const person = await published(SUMMARY);
    expect(person?.facts.get("history.treatments_status")?.answer).toEqual({ absent: "asked-unknown" });
  });

  it("is nobody's when central says that nothing is left", async () => {
    expect(await published({ person: null })).toBeNull();
    expect(reader.refused).toEqual([]);
  });

  it("is nobody's when nothing arrived", async () => {
    expect(await reader.person(await organization.teamKeys(), PERSON)).toBeNull();
  });

  it.each([
    ["a fact without a day", { facts: { "history.allergies": { answer: { values: [] }, by: "x" } } }],
    ["an answer that is neither", { facts: { a: { answer: {}, day: "2026-05-12", by: "x" } } }],
    [
      "an absence of another name",
      { facts: { a: { answer: { absent: "no" }, day: "2026-05-12", by: "x" } } },
    ],
    [
      "a measure that is no number",
      { visits: [{ ...SUMMARY.visits[0], vitals: [{ label: "x", value: null }] }] },
    ],
    ["visits that are no list", { visits: {} }],
  ])("is refused with %s, and said", async (_, changes) => {
    expect(await published({ ...SUMMARY, ...changes })).toBeNull();
    expect(reader.refused.map(({ failure }) => failure)).toEqual(["malformed"]);
  });
});
