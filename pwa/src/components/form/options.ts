/** What is found in a searched choice: places of the table, or the options of the form. */
import { formatNumber, t } from "$i18n/index";
import type { ComboboxOption } from "$components/kit/Combobox.svelte";
import type { CommuneTable } from "$lib/communes";
import { fold } from "$lib/communes/fold";
import type { Coding, Position } from "$lib/forms/answers";
import type { Question } from "$lib/forms/form";
import { words } from "./wording";

const INSEE = "https://escale.example/fhir/CodeSystem/insee-cog";
const MOST = 8;

/** One line of the list and what it stands for. */
export interface CodedOption extends ComboboxOption {
  readonly coding: Coding;
}

/** The options of `question` whose words start as those typed, or whose code does. */
export function searchOptions(question: Question, query: string): readonly CodedOption[] {
  const wanted = fold(query).split(" ");
  return question.options
    .filter(({ coding, label }) => {
      const text = ` ${fold(words(label))} ${coding.code.toLowerCase()}`;
      return wanted.every((word) => text.includes(` ${word}`));
    })
    .slice(0, MOST)
    .map(({ coding, label }) => ({ value: coding.code, label: words(label), detail: coding.code, coding }));
}

/**
 * The places that `query` may mean: communes with their distance to the stop; for a place of birth, also the countries
 * of the form and any INSEE code typed whole (a former commune).
 */
export function searchPlaces(
  question: Question,
  communes: CommuneTable,
  query: string,
  stop: Position | null,
): readonly CodedOption[] {
  const birthPlace = question.lookup === "insee-birth-place";
  const found = communes.search(query, { stop: birthPlace ? null : stop, limit: MOST }).map((each) => {
    const { insee, name } = each.commune;
    const department = insee.slice(0, insee.startsWith("97") ? 3 : 2);
    const distance =
      each.distanceKm === null ? {} : { detail: `${formatNumber(each.distanceKm, 1)}\u202fkm` };
    const coding = { system: INSEE, code: insee, display: name };
    return { value: insee, label: `${name} (${department})`, coding, ...distance };
  });
  if (!birthPlace) return found;
  const countries = query.trim() === "" ? [] : searchOptions(question, query);
  const known = [...found, ...countries].some(({ value }) => value === query.trim().toUpperCase());
  return [...countries, ...found, ...(known ? [] : typedCode(query))].slice(0, MOST);
}

function typedCode(query: string): readonly CodedOption[] {
  const code = query.trim().toUpperCase();
  if (!/^(\d{5}|2[AB]\d{3})$/.test(code)) return [];
  const label = t("capture.code_insee", { code });
  return [{ value: code, label, coding: { system: INSEE, code, display: label } }];
}
