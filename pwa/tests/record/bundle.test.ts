import { describe, expect, it } from "vitest";
import { FLAT, FORM } from "./consultation";
import { randomUuid } from "$lib/crypto/random";
import { resourceOf, type RecordBundle, type Resource } from "$lib/envelope/payload";
import type { Answers } from "$lib/forms/answers";
import { toQuestionnaireResponse } from "$lib/forms/response";
import { recordBundle } from "$lib/record/bundle";
import { displayName, identityOf, sharingAgreement } from "$lib/record/identity";

const MEMBER = randomUuid();
const OTHER = randomUuid();
const VISIT = randomUuid();
const SIGNED_AT = "2026-11-23T10:12:30.456+01:00";
const CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition";

function bundle(answers: Answers = FLAT, enterers: readonly string[] = []): RecordBundle {
  const authorship = { author: MEMBER, authored: SIGNED_AT, status: "completed" } as const;
  return recordBundle(
    {
      identity: identityOf(answers),
      visit: VISIT,
      period: { start: "2026-11-23T09:58:00.000+01:00", end: SIGNED_AT },
      stop: "Belmont-de-la-Loire",
      response: toQuestionnaireResponse(FORM, answers, authorship),
      sharing: sharingAgreement(answers),
      signer: MEMBER,
      enterers,
      signed_at: SIGNED_AT,
    },
    randomUuid,
  );
}

function patient(answers: Answers = FLAT): Resource | null {
  return resourceOf(bundle(answers), "Patient");
}

function coded(linkId: string, code: string): Answers {
  const answer = FLAT[linkId];
  const values = [{ system: "https://escale.example/fhir/CodeSystem/x", code }];
  return { ...FLAT, [linkId]: { ...answer, kind: "values", values, by: MEMBER, at: SIGNED_AT } };
}

function absent(linkId: string): Answers {
  return { ...FLAT, [linkId]: { kind: "absent", reason: "asked-declined", by: MEMBER, at: SIGNED_AT } };
}

describe("the bundle of a record (wire §2.1)", () => {
  it("has its resources in order, each under its own urn", () => {
    const { entry } = bundle();
    expect(entry.map(({ resource }) => resource.resourceType)).toEqual([
      "Patient",
      "Encounter",
      "QuestionnaireResponse",
      "Consent",
      "Provenance",
    ]);
    expect(entry.every(({ fullUrl, resource }) => fullUrl === `urn:uuid:${String(resource["id"])}`)).toBe(
      true,
    );
  });

  it("ties visit, response and provenance together", () => {
    const content = bundle(FLAT, [OTHER]);
    const [person, encounter, response] = content.entry;
    expect(encounter?.resource).toMatchObject({
      identifier: [{ value: `urn:uuid:${VISIT}` }],
      status: "finished",
      class: { code: "AMB" },
      subject: { reference: person?.fullUrl },
      period: { start: "2026-11-23T09:58:00.000+01:00", end: SIGNED_AT },
      location: [{ location: { display: "Belmont-de-la-Loire" } }],
    });
    expect(response?.resource).toMatchObject({
      questionnaire: `${FORM.url}|${FORM.version}`,
      author: { reference: `urn:uuid:${MEMBER}` },
      encounter: { reference: encounter?.fullUrl },
    });
    expect(resourceOf(content, "Provenance")).toMatchObject({
      target: [{ reference: response?.fullUrl }],
      agent: [
        { type: { coding: [{ code: "author" }] }, who: { reference: `urn:uuid:${MEMBER}` } },
        { type: { coding: [{ code: "enterer" }] }, who: { reference: `urn:uuid:${OTHER}` } },
      ],
    });
  });

  it("has no Patient, and refers to none, when the identity was refused", () => {
    const content = bundle(coded("identity.mode", "refused"));
    expect(resourceOf(content, "Patient")).toBeNull();
    expect(JSON.stringify(content)).not.toContain('"subject"');
  });

  it("has a Consent only when the sharing agreement has a value", () => {
    expect(resourceOf(bundle(), "Consent")).toMatchObject({ provision: { type: "permit" } });
    expect(resourceOf(bundle(absent("information.sharing")), "Consent")).toBeNull();
  });
});

describe("the Patient of a record", () => {
  it("carries the traits as known, on the French profile", () => {
    const person = patient();
    expect(person?.["meta"]).toEqual({ profile: [`${CORE}/fr-core-patient`] });
    const { birth_name, first_given_name, given_names, used_name, birth_date } = identityOf(FLAT);
    expect(person).toMatchObject({
      name: [
        {
          use: "official",
          family: birth_name,
          given: [first_given_name],
          extension: [{ url: `${CORE}/fr-core-patient-birth-list-given-name`, valueString: given_names }],
        },
        { use: "usual", family: used_name },
      ],
      birthDate: birth_date,
      gender: "female",
      address: [{ use: "home", extension: [{ url: `${CORE}/fr-core-address-insee-code` }] }],
    });
    expect(person?.["identifier"]).toBeUndefined();
  });

  it("is validated only with the document that was checked", () => {
    const status = (answers: Answers): unknown => {
      const extensions = patient(answers)?.["extension"] as { url: string; extension: object[] }[];
      return extensions.find(({ url }) => url === `${CORE}/fr-core-identity-reliability`)?.extension;
    };
    expect(status(FLAT)).toMatchObject([
      { url: "identityStatus", valueCoding: { code: "VALI" } },
      { url: "validationMode" },
    ]);
    expect(status(coded("identity.document", "none"))).toMatchObject([{ valueCoding: { code: "PROV" } }]);
    expect(status(absent("identity.document"))).toMatchObject([{ valueCoding: { code: "PROV" } }]);
  });

  it("leaves out what was refused or unknown: an absence is no trait", () => {
    expect(patient(absent("identity.birth_date"))).not.toHaveProperty("birthDate");
    const [official] = patient(absent("identity.birth_name"))?.["name"] as object[];
    expect(official).toMatchObject({ use: "official", given: [identityOf(FLAT).first_given_name] });
    expect(official).not.toHaveProperty("family");
  });

  it("is absent of a count without a name, whatever was typed before that was said", () => {
    const counted = coded("identity.mode", "anonymous");
    expect(patient(counted)).toBeNull();
    expect(bundle(counted).entry[0]?.resource).not.toHaveProperty("subject");
    expect(
      identityOf({
        ...counted,
        "identity.age_band": coded("identity.sex", "60_74")["identity.sex"] as never,
      }),
    ).toMatchObject({ mode: "anonymous", age_band: "60_74" });
  });

  it("has no trait of a station, which checks who wears the label", () => {
    const identity = identityOf({ ...FLAT, ...coded("identity.part", "station") });
    expect(identity).toMatchObject({ birth_name: null, birth_date: null, sex: null, residence: null });
  });

  it("is empty of traits, not of status, when nothing is known", () => {
    const person = patient({ "identity.mode": FLAT["identity.mode"] as never });
    expect(Object.keys(person ?? {})).toEqual(["resourceType", "id", "meta", "extension"]);
  });

  it("is called by birth name and first given name", () => {
    expect(displayName({ birth_name: "DURAND", first_given_name: null })).toBe("DURAND");
    expect(displayName({ birth_name: null, first_given_name: null })).toBeNull();
  });
});
