/** What is already signed of a visit by others, in words and opened: the nurse's part on the doctor's tablet. */
import { t } from "$i18n/index";
import type { RowSection } from "$lib/forms";
import { currentRecords } from "$lib/record/read";
import type { SearchEntry } from "$lib/search/entry";
import type { Desk } from "./desk.svelte";
import { partOf } from "./part";
import { FormMissing } from "./form";
import { signedWords } from "./part-words";
import { COMPLETE, courseOf } from "./parts";
import { openRecord, RecordUnreadable } from "./record";

/** A part of the visit that somebody signed. */
export interface SignedPart {
  readonly envelope: string;
  /** « Partie infirmière signée à 10:12 » */
  readonly title: string;
  readonly author: { readonly member: string; readonly name: string };
  /** What was answered, the identity left out: it is in sight already. */
  readonly sections: readonly RowSection[];
  readonly photos: number;
}

/**
 * Records of `visit` by somebody else than `member`, and theirs that hold a part of it only, that no other replaces; the
 * first signed first.
 */
export function partsOfOthers(
  entries: readonly SearchEntry[],
  visit: string,
  member: string,
): readonly SearchEntry[] {
  return currentRecords(entries)
    .filter(
      ({ visit: of, member: by, part }) =>
        of === visit && (by !== member || (part !== null && part !== COMPLETE)),
    )
    .sort((one, other) => Date.parse(one.signed_at) - Date.parse(other.signed_at));
}

function titled(title: string | null, words: string): string {
  return title === null ? words : t("stand.titled", { title, words });
}

/** The parts of `visit` that others signed, opened. What does not open is left out. */
export async function openParts(desk: Desk, visit: string): Promise<readonly SignedPart[]> {
  const entries = partsOfOthers(desk.entries, visit, desk.slot.member).filter(
    ({ envelope }) => !desk.errors.has(envelope),
  );
  const parts = await Promise.all(entries.map(async (entry) => readable(openPart(desk, entry))));
  return parts.filter((part) => part !== null);
}

/** `null` for a record that does not open here, of a secret say: its own screen tells why. */
async function readable<T>(opening: Promise<T>): Promise<T | null> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof RecordUnreadable || error instanceof FormMissing) return null;
    throw error;
  }
}

async function openPart(desk: Desk, { envelope, signed_at, form }: SearchEntry): Promise<SignedPart> {
  const { record, form: opened, answers, sections } = await openRecord(desk, envelope);
  const { member, name, profession } = record.author;
  const answered = sections
    .filter(({ linkId }) => linkId !== "identity")
    .map((section) => ({ ...section, rows: section.rows.filter(({ shown }) => shown.kind !== "unanswered") }))
    .filter(({ rows }) => rows.length > 0);
  const photos = answered
    .flatMap(({ rows }) => rows)
    .map(({ shown }) => (shown.kind === "values" ? (shown.photos?.length ?? 0) : 0));
  return {
    envelope,
    title: titled(desk.titleOf(form), signedWords(courseOf(opened), profession, partOf(answers), signed_at)),
    author: { member, name },
    sections: answered,
    photos: photos.reduce((sum, count) => sum + count, 0),
  };
}
