import { beforeEach, describe, expect, it } from "vitest";
import { Organization } from "../central/organization";
import { arrive, freshReplica } from "../central/replica";
import { crowd, entry, shard, shards } from "./people";
import { CentralReader } from "$lib/central/reader";
import type { Replica } from "$lib/central/replica";
import { Directory } from "$lib/people/directory";

let organization: Organization;
let replica: Replica;
let reader: CentralReader;
let pauses: number;

const pace = {
  pause: async (): Promise<void> => {
    pauses += 1;
  },
};

beforeEach(async () => {
  organization = await Organization.found();
  replica = await freshReplica();
  pauses = 0;
  const { database, signingKey } = organization;
  reader = await CentralReader.over({ replica, database, signing_key: signingKey });
});

async function opened(people: ReturnType<typeof crowd>): Promise<Directory> {
  await arrive(replica, await shards(organization, people));
  const directory = new Directory();
  await directory.refresh(reader, await organization.teamKeys(), pace);
  return directory;
}

describe("the directory", () => {
  it("finds people by name, without accents, and by birth date, those seen last first", async () => {
    const older = entry({ birth_name: "NOËL", first_name: "ŒDIPE", last_day: "2025-01-03" });
    const newer = entry({ birth_name: "NOEL", first_name: "ODETTE", last_day: "2026-05-12" });
    const directory = await opened([older, newer, entry()]);
    expect(directory.find("noel")).toEqual([newer, older]);
    expect(directory.find("oed 03/04/1958")).toEqual([older]);
    expect(directory.find("noel 04/03/1958")).toEqual([]);
    expect(directory.find(" ")).toEqual([]);
  });

  it("opens 64 shards in slices that yield to the page, and only those that changed afterwards", async () => {
    const people = crowd(640);
    const directory = await opened(people);
    expect(directory.size).toBe(640);
    expect(pauses).toBe(16);
    const asked: string[] = [];
    const watched = {
      peopleRevisions: () => reader.peopleRevisions(),
      people: (keys: Parameters<CentralReader["people"]>[0], shard: string) => {
        asked.push(shard);
        return reader.people(keys, shard);
      },
    };
    const keys = await organization.teamKeys();
    expect(await directory.refresh(watched, keys, pace)).toBe(false);
    const added = entry({ birth_name: "ARRIVÉE" });
    const inFirst = [...people.filter((_, place) => place % 64 === 0), added];
    await arrive(replica, [{ ...(await shard(organization, "00", inFirst)), _rev: `2-${"cd".repeat(16)}` }]);
    expect(await directory.refresh(watched, keys, pace)).toBe(true);
    expect(asked).toEqual(["00"]);
    expect(directory.get(added.person)).toEqual(added);
    expect(directory.size).toBe(641);
  });

  it("keeps what it knew of a shard that is not believed any more", async () => {
    const known = entry();
    const directory = await opened([known]);
    const other = await Organization.found();
    const [forged] = await shards(other, [entry({ birth_name: "INTRUS" })]);
    await arrive(replica, [{ ...forged, _rev: `2-${"cd".repeat(16)}` }]);
    await directory.refresh(reader, await organization.teamKeys(), pace);
    expect(directory.find("intrus")).toEqual([]);
    expect(directory.get(known.person)).toEqual(known);
    expect(reader.refused.map(({ failure }) => failure)).toEqual(["signature-invalid"]);
  });

  it("tells who resembles whom, the strongest resemblance first", async () => {
    const same = entry();
    const swapped = entry({ birth_date: "1958-03-04" });
    const homonym = entry({ birth_date: "1990-01-01" });
    const directory = await opened([homonym, entry({ birth_name: "AUTRE" }), swapped, same]);
    expect(directory.resembling(same).map(({ kind, entry: who }) => [kind, who.person])).toEqual([
      ["same", same.person],
      ["swapped", swapped.person],
      ["same-date", expect.any(String)],
      ["same-names", homonym.person],
    ]);
  });

  it("searches and compares 6,000 people within 20 ms", async () => {
    const directory = await opened(crowd(6_000));
    const time = (work: () => unknown): number => {
      work(); // what is made once is made
      const runs = Array.from({ length: 5 }, () => {
        const start = performance.now();
        work();
        return performance.now() - start;
      });
      return Math.min(...runs);
    };
    expect(time(() => directory.find("mar mar 1958"))).toBeLessThan(20);
    expect(time(() => directory.resembling(entry({ birth_name: "MARTINE" })))).toBeLessThan(20);
  });
});
