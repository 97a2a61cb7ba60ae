/** The content of a record: a FHIR R4 Bundle in the order of wire §2.1. */
import type { RecordBundle, Resource } from "../envelope/payload";
import type { RandomUuid } from "../crypto/random";
import type { QuestionnaireResponse } from "../forms/response";
import type { Identity } from "./identity";
import { patientOf } from "./patient";

/** What a record says. Members and visit are UUIDs, instants RFC 3339. */
export interface RecordContent {
  /** `null` of a form that asks none: the visit's other records say who it was. */
  readonly identity: Identity | null;
  readonly visit: string;
  readonly period: { readonly start: string; readonly end: string };
  /** Name of the stop, as people say it. */
  readonly stop: string;
  readonly response: QuestionnaireResponse;
  /** `null` when the sharing agreement has no value. */
  readonly sharing: boolean | null;
  readonly signer: string;
  /** Members other than the signer who gave answers. */
  readonly enterers: readonly string[];
  readonly signed_at: string;
}

const CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition";
const TERMINOLOGY = "http://terminology.hl7.org/CodeSystem";

/** The Bundle of `content`. `uuid` draws the resources' identifiers. */
export function recordBundle(content: RecordContent, uuid: RandomUuid): RecordBundle {
  const patient = content.identity === null ? null : patientOf(content.identity, uuid());
  const subject = patient === null ? null : reference(String(patient["id"]));
  const encounter = encounterOf(content, uuid(), subject);
  const response = {
    ...content.response,
    id: uuid(),
    ...(subject === null ? {} : { subject }),
    encounter: reference(String(encounter["id"])),
  };
  const resources = [
    ...(patient === null ? [] : [patient]),
    encounter,
    response,
    ...(content.sharing === null ? [] : [consentOf(content, content.sharing, uuid(), subject)]),
    provenanceOf(content, uuid(), reference(response.id)),
  ];
  return {
    resourceType: "Bundle",
    type: "collection",
    entry: resources.map((resource) => ({ fullUrl: urn(String(resource["id"])), resource })),
  };
}

function encounterOf(content: RecordContent, id: string, subject: object | null): Resource {
  return {
    resourceType: "Encounter",
    id,
    meta: { profile: [`${CORE}/fr-core-encounter`] },
    identifier: [{ system: "urn:ietf:rfc:3986", value: urn(content.visit) }],
    status: "finished",
    class: { system: `${TERMINOLOGY}/v3-ActCode`, code: "AMB" },
    ...(subject === null ? {} : { subject }),
    period: content.period,
    location: [{ location: { display: content.stop } }],
  };
}

function consentOf(content: RecordContent, agreed: boolean, id: string, patient: object | null): Resource {
  return {
    resourceType: "Consent",
    id,
    status: "active",
    scope: { coding: [{ system: `${TERMINOLOGY}/consentscope`, code: "patient-privacy" }] },
    category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
    ...(patient === null ? {} : { patient }),
    dateTime: content.signed_at,
    policyRule: { text: "Partage avec les professionnels de l’équipe de soins (CSP, art. L. 1110-4)" },
    provision: { type: agreed ? "permit" : "deny" },
  };
}

function provenanceOf(content: RecordContent, id: string, target: object): Resource {
  const agent = (code: "author" | "enterer", member: string): object => ({
    type: { coding: [{ system: `${TERMINOLOGY}/provenance-participant-type`, code }] },
    who: reference(member),
  });
  return {
    resourceType: "Provenance",
    id,
    target: [target],
    recorded: content.signed_at,
    agent: [agent("author", content.signer), ...content.enterers.map((member) => agent("enterer", member))],
  };
}

function urn(id: string): string {
  return `urn:uuid:${id}`;
}

function reference(id: string): { reference: string } {
  return { reference: urn(id) };
}
