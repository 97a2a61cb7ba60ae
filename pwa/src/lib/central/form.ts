/** Published forms as central sends them: the file's very text, whose digest every record repeats. */
import { sha256Hex } from "../crypto/digest";
import type { CentralDocument } from "./document";
import { CentralError } from "./errors";
import { members, text } from "./json";

/** Which version of which form. */
export interface FormVersion {
  readonly url: string;
  readonly version: string;
}

/** One version of a form. */
export interface PublishedForm extends FormVersion {
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  /** The file's text: a FHIR R4 Questionnaire. */
  readonly questionnaire: string;
}

/** Which form a verified `document` of type `form` publishes; its text is not looked at. */
export function readVersion(document: CentralDocument): FormVersion {
  const open = members(document.open);
  return { url: text(open["url"]), version: text(open["version"]) };
}

/** The form in a verified `document` of type `form`. Raises `CentralError("digest-mismatch")`. */
export async function readForm(document: CentralDocument): Promise<PublishedForm> {
  const open = members(document.open);
  const form = {
    url: text(open["url"]),
    version: text(open["version"]),
    digest: text(open["digest"]),
    questionnaire: text(open["questionnaire"]),
  };
  if (document.key !== `${form.url}|${form.version}`) throw new CentralError("id-mismatch");
  if ((await sha256Hex(form.questionnaire)) !== form.digest) throw new CentralError("digest-mismatch");
  return form;
}
