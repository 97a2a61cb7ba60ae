import { describe, expect, it } from "vitest";
import { AUTHOR, native, published } from "../forms/flat";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { keptAnswers } from "../../src/app/wrong-person";

const FORM = parseQuestionnaire(JSON.parse(published("medicobus-consultation.v1.1.0.json")) as object);

describe("a record written for the wrong person", () => {
  const answers = {
    ...native(FORM, {
      "identity.part": { values: ["complete"] },
      "identity.mode": { values: ["complete"] },
      "identity.birth_name": { values: ["MARTIN"] },
      "visit.commune": { values: ["42015"] },
      "visit.attending_gp": { values: ["sans_mt"] },
      "history.treatments_status": { values: ["none"] },
      "history.conditions_status": { absent: "asked-unknown" },
      "vitals.sbp": { values: [128] },
      "conclusion.notes": { values: ["Examen normal."] },
    }),
    "history.allergies_status": {
      kind: "values" as const,
      values: [],
      ...AUTHOR,
      carriedFrom: "2026-05-12",
    },
  };

  it("keeps what was asked and answered there, absences too", () => {
    const kept = Object.keys(keptAnswers(FORM, answers));
    expect(kept).toEqual([
      "identity.part",
      "visit.attending_gp",
      "history.treatments_status",
      "history.conditions_status",
      "vitals.sbp",
      "conclusion.notes",
    ]);
  });

  it("keeps a request for secrecy, which was made there; the legal status that it depends on is asked anew", () => {
    const minor = native(FORM, {
      "identity.legal_status": { values: ["minor"] },
      "representative.secrecy": { values: [true] },
      "representative.name": { values: ["Anne Varech"] },
    });
    expect(Object.keys(keptAnswers(FORM, minor))).toEqual(["representative.secrecy"]);
  });

  it("loses who it was about: identity, what the roster filled in, what came from the other's summary", () => {
    const kept = keptAnswers(FORM, answers);
    expect(kept["identity.birth_name"]).toBeUndefined();
    expect(kept["visit.commune"]).toBeUndefined();
    expect(kept["history.allergies_status"]).toBeUndefined();
  });
});
