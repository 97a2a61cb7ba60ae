/** Where records without a receipt are, in words, each with its mark. */
import { plural } from "$i18n/index";
import type { Places } from "./states";

/** The drawing of a place. */
export type PlaceMark = "hub" | "tablet" | "server";

/** One place: how many are there. */
export interface PlaceWords {
  readonly icon: PlaceMark;
  readonly text: string;
}

/** « 3 fiches sur le boîtier », « 1 sur la tablette » : only the first names what is counted; empty when none waits. */
export function placeWords({ onHub, onTablet, atCentral }: Places): readonly PlaceWords[] {
  const places = [
    { icon: "hub", count: onHub, first: "sync.on_hub", next: "sync.next_on_hub" },
    { icon: "tablet", count: onTablet, first: "sync.on_tablet", next: "sync.next_on_tablet" },
    { icon: "server", count: atCentral, first: "sync.at_central", next: "sync.next_at_central" },
  ] as const;
  return places
    .filter(({ count }) => count > 0)
    .map(({ icon, count, first, next }, position) => ({
      icon,
      text: plural(position === 0 ? first : next, count),
    }));
}
