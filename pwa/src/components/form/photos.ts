/** What the host of a form does with photos: the components only show and ask. */
import type { Photo } from "$lib/forms/attachment";

/** Gives the image of a photo: bytes of a JPEG. Rejects with `PhotoMissing` when it cannot be shown. */
export type PhotoImages = (photo: Photo) => Promise<Uint8Array<ArrayBuffer>>;

/** Where the photos of a form being filled are kept. */
export interface PhotoBox {
  readonly image: PhotoImages;
  /** Keep what was taken or chosen; durable when it resolves. Rejects with `PhotoRefused`, `StorageFull`. */
  readonly add: (file: Blob) => Promise<Photo>;
}
