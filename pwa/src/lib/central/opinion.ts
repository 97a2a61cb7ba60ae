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
  /** Name of the member whose link it was; `null` when central does not say. */
  readonly askedBy: string | null;
  /** How many earlier answers it took the place of: the coordination reads them. */
  readonly earlier: number;
}

/**
 * The opinion in a verified `document` of type `opinion`. Its key tells no visit: only what is sealed does.
 *
 * Raises `CentralError`.
 */
export async function openOpinion(document: CentralDocument, keys: TeamKeysById): Promise<Opinion> {
  if (document.sealed === null) throw new CentralError("malformed");
  const content = members(await openSealed(document.sealed, keys));
  const visit = text(content["visit"]);
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
    askedBy: nullable(content["asked_by"] ?? null, text),
    earlier: typeof content["earlier"] === "number" ? content["earlier"] : 0,
  };
}
