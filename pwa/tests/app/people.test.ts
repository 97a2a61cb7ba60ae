import { describe, expect, it } from "vitest";
import type { SearchEntry } from "$lib/search/entry";
import { AUTHOR, native, published } from "../forms/flat";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import type { Answers } from "$lib/forms";
import { item, option, written } from "../forms/written";
import { answersHere } from "../../src/app/prefill";
import { CommuneTable } from "$lib/communes";
import { anonymousWords, answeredPerson, communeWords, listedPerson } from "../../src/app/people";

const CALL = parseQuestionnaire(JSON.parse(published("teleconsultation.v1.0.0.json")) as object);
const BUS = parseQuestionnaire(JSON.parse(published("medicobus-consultation.v1.1.0.json")) as object);

function entry(changes: Partial<SearchEntry>): SearchEntry {
  return {
    envelope: "e1",
    record: "r1",
    replaces: null,
    visit: "v",
    stop: "s",
    date: "2026-11-23",
    signed_at: "2026-11-23T10:00:00.000+01:00",
    member: "m",
    form: "bus",
    part: null,
    anonymous: null,
    name: "",
    folded: " ",
    birth_date: null,
    ...changes,
  };
}

describe("somebody counted without a name", () => {
  it("is called by the little that was asked", () => {
    expect(anonymousWords({ sex: "F", age_band: "60_74" })).toBe("Anonyme, femme, 60–74 ans");
    expect(anonymousWords({ sex: null, age_band: "75_plus" })).toBe("Anonyme, 75 ans et plus");
    expect(anonymousWords({ sex: "?", age_band: null })).toBe("Anonyme");
  });

  it("has no name in a banner, even one that was typed before", () => {
    const coded = (code: string): Answers[string] => ({
      kind: "values",
      values: [{ system: "x", code }],
      ...AUTHOR,
    });
    const answers: Answers = {
      "identity.mode": coded("anonymous"),
      "identity.sex": coded("M"),
      "identity.age_band": coded("40_59"),
      "identity.birth_name": { kind: "values", values: ["MARTIN"], ...AUTHOR },
    };
    expect(answeredPerson(answers)).toEqual({ name: "Anonyme, homme, 40–59 ans", birth: "", commune: "" });
  });
});

describe("the person of a record in a list", () => {
  const named = entry({ envelope: "e2", name: "MARTIN Marie", birth_date: "1958-03-12" });

  it("is told by the visit's other records when its form asks nobody who they are", () => {
    const act = entry({ form: "satisfaction" });
    expect(listedPerson(act, { entries: [act, named], rosters: [] }).name).toBe("MARTIN Marie");
    const elsewhere = entry({ form: "satisfaction", visit: "another" });
    expect(listedPerson(elsewhere, { entries: [elsewhere, named], rosters: [] }).name).toBe(
      "Personne sans nom connu",
    );
  });

  it("is what it says itself first", () => {
    const counted = entry({ form: "stand", anonymous: { sex: "F", age_band: "18_39" } });
    expect(listedPerson(counted, { entries: [counted, named], rosters: [] }).name).toBe(
      "Anonyme, femme, 18–39 ans",
    );
  });
});

describe("what another record of the visit says", () => {
  const other = written(
    [
      item("identity.birth_name", "string"),
      item("identity.mode", "choice", { answerOption: [option("anonymous")] }),
      item("identity.birth_date", "string"),
    ],
    { url: "https://escale.example/fhir/Questionnaire/other" },
  );

  it("is taken where this form asks the same in the same way, as its author's", () => {
    const said = native(BUS, {
      "identity.part": { values: ["reception"] },
      "identity.mode": { values: ["complete"] },
      "identity.birth_name": { values: ["MARTIN"] },
      "identity.birth_date": { values: ["1958-03-12"] },
      "reasons.main": { values: ["renewal"] },
    });
    const taken = answersHere(other, said);
    // An option that this form does not offer is asked; a date is a text, as types of answers go.
    expect(Object.keys(taken).sort()).toEqual(["identity.birth_date", "identity.birth_name"]);
    expect(taken["identity.birth_name"]).toBe(said["identity.birth_name"]);
  });

  it("takes what a doctor of the team concluded into the closing of the act", () => {
    const said = native(CALL, {
      "identity.part": { values: ["medical"] },
      "outcome.main": { values: ["advice"] },
      "vitals.sbp": { values: [120] },
    });
    expect(Object.keys(answersHere(CALL, said))).toEqual(["outcome.main"]);
  });

  it("leaves the part to be written, and takes the whole identity of the same form", () => {
    const said = native(BUS, {
      "identity.part": { values: ["reception"] },
      "identity.sex": { values: ["F"] },
      "identity.birth_name": { absent: "asked-unknown" },
    });
    expect(Object.keys(answersHere(BUS, said)).sort()).toEqual(["identity.birth_name", "identity.sex"]);
  });
});

describe("a commune", () => {
  const table = CommuneTable.parse("71002;L'Abergement-Sainte-Colombe;46.7524;5.0079;1224\n");

  it("is called with its article, in typographic French", () => {
    expect(communeWords("71002", table)).toBe("L’Abergement-Sainte-Colombe");
  });

  it("is its code while there is no table, or where the table has none", () => {
    expect(communeWords("71002", null)).toBe("71002");
    expect(communeWords("01004", table)).toBe("01004");
  });
});
