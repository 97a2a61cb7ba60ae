/** What a signed part of a visit is called, as its form divides it. */
import { formatTime, t } from "$i18n/index";
import type { Desk } from "./desk.svelte";
import { FormMissing } from "./form";
import { COMPLETE, courseOf, type Course } from "./parts";
import { handsOf } from "./steps";

/**
 * The part of the visit that was signed at what time, as its form divides it; `null` of what is told by whose hands it was.
 * A stand's reception is nobody's « partie infirmière », whoever typed it.
 */
export function partWords(course: Course | null, part: string | null, signed_at: string): string | null {
  const time = formatTime(signed_at);
  switch (part) {
    case "medical":
    case "station":
    case "request":
    case "closing":
      return t(`people.part_${part}`, { time });
    case "reception":
      return course?.needed.includes("medical") === true ? null : t("people.part_reception", { time });
    case COMPLETE:
      return course?.needed.includes("station") === true ? t("people.part_complete", { time }) : null;
    default:
      return null;
  }
}

/** What was signed at what time, for a list: which part of its form, else by whose hands, when the team says so. */
export function signedWords(
  course: Course | null,
  profession: string | null,
  part: string | null,
  signed_at: string,
): string {
  const named = partWords(course, part, signed_at);
  if (named !== null) return named;
  const time = formatTime(signed_at);
  if (profession !== null && handsOf(profession) === "nurse") return t("people.part_nurse", { time });
  return part === "reception" ? t("people.part_reception", { time }) : t("people.part_complete", { time });
}

/** How the parts of the form `url` follow one another, in the version that a stop offers here; `null` when none does. */
export async function courseAt(desk: Desk, url: string): Promise<Course | null> {
  const offered = desk.rosters.flatMap(({ forms }) => forms).find((form) => form.url === url);
  if (offered === undefined) return null;
  try {
    return courseOf((await desk.form(offered.url, offered.version)).form);
  } catch (error) {
    if (error instanceof FormMissing) return null;
    throw error;
  }
}
