/** The photos of a draft and of records, with the keys of the open desk. */
import type { PhotoBox, PhotoImages } from "$components/form/photos";
import { randomUuid } from "$lib/crypto/random";
import { canvasDarkroom } from "$lib/photo/darkroom";
import { readPhoto } from "$lib/photo/read";
import { keepPhoto, keptImage } from "$lib/photo/rows";
import { shrink } from "$lib/photo/shrink";
import type { Desk } from "./desk.svelte";

/** Images of photos: from the rows of this tablet, else from the team's signed pieces. Needs no network. */
export function photoImages(desk: Desk): PhotoImages {
  return async (photo) => {
    const { store } = desk.station.environment;
    const kept = await keptImage(store, { team: desk.keys, own: desk.slot }, photo);
    return kept ?? readPhoto(await desk.readingContext(), desk.notices, photo);
  };
}

/** Where the photos of a draft are kept. */
export function photoBox(desk: Desk, draft: { readonly id: string }): PhotoBox {
  return {
    image: photoImages(desk),
    add: async (file) => {
      const taken = await shrink(file, canvasDarkroom);
      const { store, keys } = await desk.drafts.context();
      return keepPhoto(store, keys, { id: draft.id, slot: desk.slot.slot }, randomUuid(), taken);
    },
  };
}
