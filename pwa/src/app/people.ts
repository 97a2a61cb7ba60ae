/** How a person is named in lists and banners, from whatever is known of them. */
import { formatDate, t } from "$i18n/index";
import type { Expected } from "$lib/central/roster";
import type { CommuneTable } from "$lib/communes";
import type { Draft } from "$lib/drafts/draft";
import type { Answers } from "$lib/forms";
import { displayName, identityOf, type Identity } from "$lib/record/identity";

/** A person in words: each part is shown as it is. */
export interface Person {
  readonly name: string;
  readonly birth: string;
  readonly commune: string;
}

/** The person of a roster entry. */
export function expectedPerson({
  birth_name,
  first_name,
  birth_date,
}: Expected): Pick<Person, "name" | "birth"> {
  const name = [birth_name, first_name].filter((part) => part !== null && part !== "").join(" ");
  return { name: name === "" ? t("app.person_unnamed") : name, birth: birthWords(birth_date) };
}

/** The person that answers describe, as far as they go. */
export function answeredPerson(answers: Answers): Person {
  const identity = identityOf(answers);
  if (identity.mode === "refused") {
    return { name: t("app.person_refused"), birth: "", commune: communeOf(identity) };
  }
  return {
    name: displayName(identity) ?? t("app.person_unnamed"),
    birth: birthWords(identity.birth_date),
    commune: communeOf(identity),
  };
}

function communeOf({ residence }: Identity): string {
  return residence?.display ?? residence?.code ?? t("app.commune_unknown");
}

/** The person a draft is about: what was answered, or who was expected while nothing was. */
export function draftPerson({ answers, expected }: Draft): Person {
  const answered = answeredPerson(answers);
  const identity = identityOf(answers);
  if (expected === null || identity.mode === "refused" || displayName(identity) !== null) return answered;
  return { ...answered, ...expectedPerson(expected) };
}

/** A birth date in words; a missing one is said. */
export function birthWords(iso: string | null): string {
  return iso === null || iso === "" ? t("app.birth_unknown") : t("app.birth", { date: formatDate(iso) });
}

/** The name of a commune, or its code while the table is not there. */
export function communeWords(insee: string | null, communes: CommuneTable | null): string {
  if (insee === null) return t("app.commune_unknown");
  return communes?.get(insee)?.name ?? insee;
}
