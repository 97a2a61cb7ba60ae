/**
 * Whether what a station is told of birth is what this tablet knows of whoever wears the label: two labels that changed
 * hands are noticed there, while the person is in front of whoever types. A doubt to confirm, which prevents nothing.
 */
import { formatDate, t } from "$i18n/index";
import type { Answers } from "$lib/forms";
import { valuesOf } from "$lib/forms";
import type { Finding } from "$lib/forms/validate";
import { identityOf, isOfStation } from "$lib/record/identity";
import { currentRecords } from "$lib/record/read";
import type { Desk } from "./desk.svelte";

const BIRTH_YEAR = "stand.birth_year";
const BIRTH_DATE = "identity.birth_date";

/** What is read of a desk. */
type Holdings = Pick<Desk, "entries" | "errors" | "attendances" | "rosters" | "labels"> & {
  readonly drafts: Pick<Desk["drafts"], "open">;
};

/** When whoever wears the label of `visit` was born (`YYYY-MM-DD`), as signed, said, begun or booked; `null` when it is not known here. */
export function wearerBirth(desk: Holdings, visit: string): string | null {
  const signed = currentRecords(desk.entries).find(
    (entry) => entry.visit === visit && entry.birth_date !== null && !desk.errors.has(entry.envelope),
  );
  const begun = desk.drafts.open
    .filter(({ draft }) => draft.visit === visit)
    .map(({ draft }) => identityOf(draft.answers).birth_date);
  const booked = desk.rosters.flatMap(({ expected }) => expected).find(({ id }) => id === visit);
  return (
    signed?.birth_date ??
    begun.find((birth) => birth !== null) ??
    desk.attendances.get(visit)?.person?.birth_date ??
    booked?.birth_date ??
    null
  );
}

/** What a station's `answers` say otherwise of the birth of whoever wears the label of `visit`. */
export function labelDoubts(desk: Holdings, visit: string, answers: Answers): readonly Finding[] {
  if (!isOfStation(answers)) return [];
  const birth = wearerBirth(desk, visit);
  if (birth === null) return [];
  const number = desk.labels.get(visit);
  const label = number === undefined ? t("stand.this_label") : t("stand.the_label", { number });
  const year = birth.slice(0, 4);
  const [typedYear] = valuesOf(answers[BIRTH_YEAR]);
  const [typedDate] = valuesOf(answers[BIRTH_DATE]);
  return [
    ...(typeof typedYear === "number" && typedYear !== Number(year)
      ? [doubt(BIRTH_YEAR, t("stand.doubt_year", { label, year }))]
      : []),
    ...(typeof typedDate === "string" && typedDate !== birth
      ? [doubt(BIRTH_DATE, t("stand.doubt_date", { label, date: formatDate(birth) }))]
      : []),
  ];
}

function doubt(linkId: string, said: string): Finding {
  return { linkId, code: "label-wearer", severity: "warning", human: { fr: said, en: said } };
}
