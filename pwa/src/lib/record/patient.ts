/** The FHIR R4 Patient of a record, on the French profile (hl7.fhir.fr.core 2.1.0): the person as known, no matricule. */
import type { Resource } from "../envelope/payload";
import type { Coding } from "../forms/answers";
import { isUnnamed, type Identity } from "./identity";

const CORE = "https://hl7.fr/ig/fhir/core";
const COMMUNE = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM";
const GENDER: Readonly<Record<string, string>> = { F: "female", M: "male", I: "unknown" };

/** The Patient with `id`, or `null` when the identity was refused or the count is anonymous (wire §2.1). */
export function patientOf(identity: Identity, id: string): Resource | null {
  if (isUnnamed(identity)) return null;
  const gender = identity.sex === null ? undefined : GENDER[identity.sex];
  return {
    resourceType: "Patient",
    id,
    meta: { profile: [`${CORE}/StructureDefinition/fr-core-patient`] },
    extension: [reliability(identity), ...birthPlace(identity.birth_place)],
    ...some("name", names(identity)),
    ...some(
      "telecom",
      identity.phone === null ? [] : [{ system: "phone", value: identity.phone, use: "mobile" }],
    ),
    ...(gender === undefined ? {} : { gender }),
    ...(identity.birth_date === null ? {} : { birthDate: identity.birth_date }),
    ...some("address", identity.residence === null ? [] : [{ use: "home", ...address(identity.residence) }]),
  };
}

/** How far the identity can be trusted: provisional, or validated with the document that was checked (RNIV). */
function reliability({ status, document }: Identity): object {
  const system = (name: string): string => `${CORE}/CodeSystem/${name}`;
  const sub: { url: string; valueCoding: Coding }[] = [
    { url: "identityStatus", valueCoding: { system: system("fr-core-cs-v2-0445"), code: status } },
  ];
  if (document !== null) {
    const mode = { system: system("fr-core-cs-mode-validation-identity"), code: document };
    sub.push({ url: "validationMode", valueCoding: mode });
  }
  return { url: `${CORE}/StructureDefinition/fr-core-identity-reliability`, extension: sub };
}

function birthPlace(place: Coding | null): object[] {
  if (place === null) return [];
  return [
    { url: "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", valueAddress: address(place) },
  ];
}

function address(commune: Coding): object {
  return {
    extension: [
      {
        url: `${CORE}/StructureDefinition/fr-core-address-insee-code`,
        valueCoding: { system: COMMUNE, code: commune.code },
      },
    ],
    ...(commune.display === undefined ? {} : { city: commune.display }),
  };
}

/** The used name is never filled in from the birth name (EXI ID 08). */
function names(identity: Identity): object[] {
  const { birth_name, first_given_name, given_names, used_name } = identity;
  const listed = {
    url: `${CORE}/StructureDefinition/fr-core-patient-birth-list-given-name`,
    valueString: given_names,
  };
  const official = {
    use: "official",
    ...(given_names === null ? {} : { extension: [listed] }),
    ...(birth_name === null ? {} : { family: birth_name }),
    ...(first_given_name === null ? {} : { given: [first_given_name] }),
  };
  const known = Object.keys(official).length > 1 ? [official] : [];
  return used_name === null ? known : [...known, { use: "usual", family: used_name }];
}

function some(name: string, elements: readonly object[]): Record<string, readonly object[]> {
  return elements.length === 0 ? {} : { [name]: elements };
}
