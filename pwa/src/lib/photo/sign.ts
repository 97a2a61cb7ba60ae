/**
 * Signing the photos of signed records, piece by piece, each a notice in the device's chain (wire §2.2).
 *
 * Killed at any instant, the next run goes on where this one was: how many pieces are signed is read from the rows of
 * what was sealed, and a photo's row is forgotten only once its last piece is there.
 */
import { toBase64url } from "../crypto/bytes";
import { PHOTO_MEDIA_TYPE, PIECE_BYTES } from "../forms/attachment";
import { signNotice } from "../notice/sign";
import { requireReady, type SigningContext } from "../record/chain";
import { waitingPhotos, type ToSign } from "./rows";

/** Name of the lock that lets one tab sign photos at a time: two would sign a piece twice. */
const PHOTOS_LOCK = "escale-photos";

/**
 * Sign what waits for the open slot; answers how many pieces were signed. Never waits for a network.
 *
 * Raises what `signNotice` raises: what was signed before is, the rest waits.
 */
export async function signWaitingPhotos(context: SigningContext): Promise<number> {
  const { team } = requireReady(context);
  return context.locks.exclusive(PHOTOS_LOCK, async () => {
    let signed = 0;
    for (const { meta, jpeg } of await waitingPhotos(context.store, team, context.open)) {
      signed += await signPieces(context, meta, jpeg);
      await context.store.write(["photos"], async ({ photos }) => photos.delete(meta.photo.photo));
    }
    return signed;
  });
}

async function signPieces(context: SigningContext, meta: ToSign, jpeg: Uint8Array): Promise<number> {
  const { photo, link_id, campaign, stop, visit, restricted } = meta;
  const pieces = Math.ceil(jpeg.length / PIECE_BYTES);
  const first = await piecesSigned(context, photo.photo);
  for (let piece = first; piece < pieces; piece += 1) {
    const from = piece * PIECE_BYTES;
    await signNotice(context, {
      campaign,
      stop,
      body: {
        kind: "photo",
        visit,
        photo: photo.photo,
        link_id,
        media_type: PHOTO_MEDIA_TYPE,
        width: photo.width,
        height: photo.height,
        digest: photo.digest,
        piece,
        pieces,
        data: toBase64url(jpeg.subarray(from, from + PIECE_BYTES)),
        restricted,
      },
    });
  }
  return pieces - first;
}

/** Pieces are signed in order, one a row: their number is the next piece. */
async function piecesSigned({ store }: SigningContext, photo: string): Promise<number> {
  const rows = await store.read(["sealed"], async ({ sealed }) => sealed.all());
  return rows.filter((row) => row.photo === photo).length;
}
