/** A photo of the team, put together again from its signed pieces and held to the digest that its record names. */
import { concatenated, fromBase64url, type Bytes } from "../crypto/bytes";
import { sha256Hex } from "../crypto/digest";
import type { Photo } from "../forms/attachment";
import type { PhotoPiece } from "../notice/body";
import type { KeptNotice } from "../notice/ledger";
import { readRecords, type ReadingContext } from "../record/read";
import { PhotoMissing } from "./errors";

/**
 * The image of `photo`, from those of `notices` that are its pieces. Needs no network.
 *
 * Raises {@link PhotoMissing}: `not-here` while a piece is missing, `altered` when the whole is not what was signed.
 */
export async function readPhoto(
  context: ReadingContext,
  notices: readonly KeptNotice[],
  photo: Photo,
): Promise<Bytes> {
  const pieces = await piecesOf(context, notices, photo);
  const parts: Bytes[] = [];
  for (let piece = 0; piece < (pieces.values().next().value?.pieces ?? 1); piece += 1) {
    const data = pieces.get(piece)?.data;
    if (data === undefined) throw new PhotoMissing(photo.photo, "not-here");
    parts.push(fromBase64url(data));
  }
  const whole = concatenated(parts);
  if (whole.length !== photo.size || (await sha256Hex(whole)) !== photo.digest) {
    throw new PhotoMissing(photo.photo, "altered");
  }
  return whole;
}

async function piecesOf(
  context: ReadingContext,
  notices: readonly KeptNotice[],
  { photo, digest }: Photo,
): Promise<ReadonlyMap<number, PhotoPiece>> {
  const named = notices.filter(({ body }) => body.kind === "photo" && body.photo === photo);
  const { notices: read } = await readRecords(
    context,
    named.map(({ envelope }) => envelope),
  );
  return new Map(
    read.flatMap(({ body }) =>
      body.kind === "photo" && body.photo === photo && body.digest === digest
        ? [[body.piece, body] as const]
        : [],
    ),
  );
}
