import { beforeEach, describe, expect, it } from "vitest";
import { Organization } from "./organization";
import { arrive, freshReplica } from "./replica";
import { sha256Hex } from "$lib/crypto/digest";
import { CentralReader } from "$lib/central/reader";
import type { Roster } from "$lib/central/roster";
import type { Replica } from "$lib/central/replica";

const FORM = { url: "https://escale.example/fhir/Questionnaire/medicobus-consultation", version: "1.1.0" };
const STAND = { url: "https://escale.example/fhir/Questionnaire/prevention-stand", version: "1.0.0" };
const STOP = {
  id: "11111111-1111-4111-8111-111111111111",
  campaign: "c",
  campaign_title: "C",
  name: "Marché",
  commune: "42015",
  latitude: null,
  longitude: null,
  date: "2026-11-23",
  opens: "09:00",
  closes: "12:00",
};

let organization: Organization;
let replica: Replica;
let reader: CentralReader;

beforeEach(async () => {
  organization = await Organization.found(2);
  replica = await freshReplica();
  const { database, signingKey } = organization;
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
});

async function roster(stop: object, more: object = {}): Promise<Roster | undefined> {
  const content = { stop: { ...STOP, ...stop }, form: FORM, team_title: "T", expected: [], ...more };
  const sealed = await organization.sealed(content);
  await arrive(replica, [await organization.document("roster", STOP.id, { sealed })]);
  return (await reader.rosters(await organization.teamKeys()))[0];
}

describe("a roster", () => {
  it("of before the instruments offers its one form, and has neither settings, theme nor labels", async () => {
    expect(await roster({})).toMatchObject({
      form: FORM,
      forms: [{ ...FORM, title: null }],
      settings: {},
      stop: { theme: null, labels: null },
    });
  });

  it("names every form a capture may begin with, the campaign's settings, the theme and the labels", async () => {
    const forms = [
      { ...STAND, title: "Stand" },
      { ...FORM, title: "Consultation" },
    ];
    const settings = { [STAND.url]: { "stand.threshold": 3, "stand.card": true, "stand.set": "gli-2022" } };
    const labels = { seed: "AAECAwQFBgcICQoLDA0ODw", count: 24 };
    const read = await roster({ theme: "respiratory", labels }, { forms, settings });
    expect(read).toMatchObject({ forms, settings, stop: { theme: "respiratory", labels } });
  });

  it("whose settings are no plain values is not believed", async () => {
    expect(await roster({}, { settings: { [STAND.url]: { "stand.threshold": [3] } } })).toBeUndefined();
    expect(reader.refused).toMatchObject([{ failure: "malformed" }]);
  });
});

describe("a published form", () => {
  it("is listed in its latest version, as versions count", async () => {
    const publish = async (version: string): Promise<void> => {
      const questionnaire = `{"version":"${version}"}`;
      const open = { ...STAND, version, digest: await sha256Hex(questionnaire), questionnaire };
      await arrive(replica, [await organization.document("form", `${STAND.url}|${version}`, { open })]);
    };
    expect(await reader.latestForms()).toEqual([]);
    for (const version of ["1.9.0", "1.10.0", "1.2.3"]) await publish(version);
    expect(await reader.latestForms()).toEqual([{ url: STAND.url, version: "1.10.0" }]);
  });
});

describe("an opinion", () => {
  const VISIT = "22222222-2222-4222-8222-222222222222";
  const OPINION = {
    visit: VISIT,
    form: FORM,
    answers: { "outcome.main": { values: ["advice"] }, "outcome.notes": { absent: "not-asked" } },
    signed_name: "Dr Anne Roux",
    rpps: null,
    at: "2026-11-23T10:00:00.000+01:00",
  };

  async function publish(
    content: object,
    key = "5f0c8f0e-8a65-1c52-90b7-3d0a2f7f5b11",
    generation = 1,
  ): Promise<void> {
    const sealed = await organization.sealed(content);
    await arrive(replica, [await organization.document("opinion", key, { sealed })], generation);
  }

  it("is read by the visit it is about", async () => {
    const keys = await organization.teamKeys();
    expect(await reader.opinion(keys, VISIT)).toBeNull();
    await publish(OPINION);
    const opinion = await reader.opinion(keys, VISIT);
    expect(opinion).toMatchObject({ signedName: "Dr Anne Roux", rpps: null, form: FORM });
    expect(opinion?.answers.get("outcome.main")).toEqual({ values: ["advice"] });
    expect(opinion?.answers.get("outcome.notes")).toEqual({ absent: "not-asked" });
  });

  it("says by whose link the name was given, and how many it took the place of", async () => {
    const keys = await organization.teamKeys();
    await publish(OPINION);
    expect(await reader.opinion(keys, VISIT)).toMatchObject({ askedBy: null, earlier: 0 });
    await publish({ ...OPINION, asked_by: "Claire Petit", earlier: 2 }, undefined, 2);
    expect(await reader.opinion(keys, VISIT)).toMatchObject({ askedBy: "Claire Petit", earlier: 2 });
  });

  it("is found among the others by opening them, for their keys tell no visit", async () => {
    const keys = await organization.teamKeys();
    const OTHER = "33333333-3333-4333-8333-333333333333";
    await publish({ ...OPINION, visit: OTHER, signed_name: "Dr Paul Bois" }, "another key");
    expect(await reader.opinion(keys, VISIT)).toBeNull();
    await publish(OPINION);
    expect((await reader.opinion(keys, VISIT))?.signedName).toBe("Dr Anne Roux");
    expect((await reader.opinion(keys, OTHER))?.signedName).toBe("Dr Paul Bois");
    // The later of two stands, and what changed is read again.
    const later = { ...OPINION, signed_name: "Dr Luc Pré", at: "2026-11-23T11:00:00.000+01:00" };
    await publish(later, "a third key");
    expect((await reader.opinion(keys, VISIT))?.signedName).toBe("Dr Luc Pré");
    await publish({ ...later, signed_name: "Dr Léa Mas" }, "a third key", 2);
    expect((await reader.opinion(keys, VISIT))?.signedName).toBe("Dr Léa Mas");
  });

  it("that the team's keys do not open is nobody's", async () => {
    await publish(OPINION);
    const keys = await organization.teamKeys();
    expect(await reader.opinion({ ...keys, byKeyId: new Map() }, VISIT)).toBeNull();
    expect(reader.refused).toMatchObject([{ failure: "unknown-key" }]);
    expect((await reader.opinion(keys, VISIT))?.signedName).toBe("Dr Anne Roux");
  });
});
