import { describe, expect, it } from "vitest";
import { published } from "../forms/flat";
import { parseQuestionnaire } from "$lib/forms/questionnaire";
import { kioskAnswers } from "../../src/app/satisfaction";
import { onlyService } from "../../src/app/service";

const BASE = "https://escale.example/fhir/Questionnaire";
const FORM = parseQuestionnaire(JSON.parse(published("satisfaction-patient.v1.0.0.json")) as object);

describe("the service that an opinion is about", () => {
  it("is known of a campaign that offers one, whatever is asked beside it", () => {
    expect(onlyService([`${BASE}/bpco-reperage`, `${BASE}/satisfaction-patient`])).toBe("bpco");
  });

  it("is asked of a campaign that offers several, or none that is known", () => {
    expect(onlyService([`${BASE}/prevention-stand`, `${BASE}/bpco-reperage`])).toBeNull();
    expect(onlyService([`${BASE}/satisfaction-patient`])).toBeNull();
  });

  it("is chosen when a sitting begins, and only then", async () => {
    const about = async (service: string | null): Promise<unknown> =>
      (await kioskAnswers({ form: FORM, settings: {}, service }))["satisfaction.about"];
    expect(await about("bpco")).toMatchObject({ kind: "values", values: [{ code: "bpco" }] });
    expect(await about(null)).toBeUndefined();
    expect(await about("elsewhere")).toBeUndefined();
  });
});
