/** What an open slot sees, and when: over a real replica and real envelopes. */
import { beforeEach, expect, it } from "vitest";
import { arrive, freshReplica } from "../central/replica";
import { published } from "../forms/flat";
import { Tablet } from "../record/tablet";
import { CentralReader } from "$lib/central/reader";
import type { Replica } from "$lib/central/replica";
import { randomUuid } from "$lib/crypto/random";
import type { Answers } from "$lib/forms";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { emptyOutbox } from "$lib/record/outbox";
import { signRecord } from "$lib/record/sign";
import { openSearch, type ReadProgress } from "$lib/search/index";
import { ownSigned } from "$lib/record/states";
import { Desk } from "../../src/app/desk.svelte";
import type { Station } from "../../src/app/station.svelte";

/** What the desk showed at the moment when it lists the envelopes of the whole team. */
interface Seen {
  readonly loaded: boolean;
  readonly visits: readonly string[];
}

const LATEST = parseQuestionnaire(published("medicobus-consultation.v1.1.0.json"));

let tablet: Tablet;
let replica: Replica;
let desk: Desk;
let seen: Seen[];
let progress: (ReadProgress | null)[];

beforeEach(async () => {
  tablet = await Tablet.enrolled();
  const { database, signingKey } = tablet.organization;
  const stored = await freshReplica();
  seen = [];
  progress = [];
  replica = {
    bulkDocs: (documents, options) => stored.bulkDocs(documents, options),
    allDocs: (options) => {
      if (options.startkey === "e")
        seen.push({ loaded: desk.loaded, visits: desk.records.map(({ entry }) => entry.visit) });
      if (options.include_docs) progress.push(desk.reading);
      return stored.allDocs(options);
    },
  };
  await arrive(stored, [await tablet.organization.device(tablet.device.device, [tablet.published])]);
  const central = await CentralReader.over({ replica: stored, database, signing_key: signingKey });
  const station = {
    environment: { store: tablet.store, clock: tablet.clock.read, locks: tablet.locks },
    device: tablet.device,
    own: await ownSigned(tablet.store, central),
    whereabouts: null,
    access: { enrolment: tablet.device.enrolment, slots: [], members: [], nameOf: () => null },
    holdings: () => Promise.resolve({ replica, central }),
  };
  desk = new Desk(station as unknown as Station, tablet.open, tablet.team);
});

/** Sign a record of `visit` on this tablet, under secrecy when it is asked for. */
async function sign(visit: string, secrecy: boolean): Promise<void> {
  const { stored, answers } = await tablet.signable({ visit });
  const at = "2026-11-23T09:40:00.000+01:00";
  const asked: Answers = {
    "representative.secrecy": { kind: "values", values: [secrecy], by: tablet.open.member, at },
  };
  await signRecord(tablet.signing, { stored, form: LATEST, answers: { ...answers, ...asked } });
  await emptyOutbox(tablet.store, replica);
}

it("shows nothing before what this tablet signed under secrecy is read: its line would be begun again", async () => {
  const [open, secret] = [randomUuid(), randomUuid()];
  await sign(open, false);
  await sign(secret, true);
  seen = [];
  expect(desk.loaded).toBe(false);
  await desk.refresh();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.loaded).toBe(true);
  expect([...(seen[0]?.visits ?? [])].sort()).toEqual([open, secret].sort());
  // And it stays out of what is stored for the whole team.
  const place = { store: tablet.store, database: tablet.organization.database };
  expect((await openSearch(place, tablet.team)).entries.map(({ visit }) => visit)).toEqual([open]);
});

it("says how far the reading is while it is under way, and nothing once it is over", async () => {
  await sign(randomUuid(), false);
  await sign(randomUuid(), false);
  await desk.refresh();
  expect(progress).toContainEqual({ done: 0, total: 2 });
  expect(desk.reading).toBeNull();
});
