/** What a remote doctor answered through a link (wire §4.4): shown with the visit, and nobody's record. Sealed. */
import type { FlatAnswer } from "../forms/carry";
import { openSealed, type CentralDocument, type TeamKeysById } from "./document";
import { CentralError } from "./errors";
import { members, nullable, text } from "./json";
import { readFlat } from "./person";

/** An opinion on one visit, as central wrote it. */
export interface Opinion {
  readonly visit: string;
  readonly form: { readonly url: string; readonly version: string };
  /** By linkId. */
  readonly answers: ReadonlyMap<string, FlatAnswer>;
  /** The name that was signed, as typed. */
  readonly signedName: string;
  readonly rpps: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** The opinion in a verified `document` of type `opinion`; `team` is the reader's. Raises `CentralError`. */
export async function openOpinion(
  document: CentralDocument,
  keys: TeamKeysById,
  team: string,
): Promise<Opinion> {
  if (document.sealed === null) throw new CentralError("malformed");
  const content = members(await openSealed(document.sealed, keys));
  const visit = text(content["visit"]);
  if (document.key !== `${visit}:${team}`) throw new CentralError("id-mismatch");
  const form = members(content["form"]);
  return {
    visit,
    form: { url: text(form["url"]), version: text(form["version"]) },
    answers: new Map(
      Object.entries(members(content["answers"])).map(([linkId, answer]) => [
        linkId,
        readFlat(members(answer)),
      ]),
    ),
    signedName: text(content["signed_name"]),
    rpps: nullable(content["rpps"], text),
    at: text(content["at"]),
  };
}
