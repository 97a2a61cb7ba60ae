/**
 * Photos on this tablet until they are signed: each in a sealed row of its own, beside its draft and not in it.
 *
 * While the draft is open the row is sealed as the draft is (team and organisation), so that a draft handed over or
 * taken up again keeps its photos. Signing the record seals each again, to the slot that will sign its pieces and to
 * the organisation, in the very transaction that makes the record: no photo is lost between the two.
 */
import { currentTeamKey, type TeamKeys } from "../central/keyring";
import { fromUtf8, utf8, type Bytes } from "../crypto/bytes";
import { sha256Hex } from "../crypto/digest";
import { CryptoError } from "../crypto/errors";
import { openGeneral, parseGeneral, type Recipients, sealGeneral } from "../crypto/jwe";
import type { KeyWithId } from "../crypto/jwk";
import type { OwnSlot } from "../envelope/open";
import type { Photo } from "../forms/attachment";
import type { PhotoChange } from "../record/chain";
import type { Store } from "../store/database";
import type { PhotoRow } from "../store/schema";
import type { Encoded } from "./shrink";

const TYP = "escale-photo+jwe";
const PREFIX_BYTES = 4;

/** What seals photos of a draft. */
export interface PhotoKeys {
  readonly team: TeamKeys;
  readonly organization: KeyWithId;
}

/** What opens a row: the team's keys while it is a draft's, the slot's own once it is to be signed. */
export interface PhotoReader {
  readonly team: TeamKeys;
  readonly own?: OwnSlot;
}

/** What a signed piece says of the photo it belongs to. */
export interface ToSign {
  readonly photo: Photo;
  readonly link_id: string;
  readonly campaign: string;
  readonly stop: string;
  readonly visit: string;
  readonly restricted: boolean;
}

/** Keep `taken` as the photo `uuid` of a draft; durable when it resolves. Raises `StorageFull`. */
export async function keepPhoto(
  store: Store,
  keys: PhotoKeys,
  draft: { readonly id: string; readonly slot: string },
  uuid: string,
  taken: Encoded,
): Promise<Photo> {
  const { jpeg, width, height } = taken;
  const photo = { photo: uuid, digest: await sha256Hex(jpeg), size: jpeg.length, width, height };
  const jwe = await sealGeneral(jpeg, TYP, {
    reader: currentTeamKey(keys.team),
    owner: keys.organization,
  });
  const row: PhotoRow = { photo: uuid, draft: draft.id, slot: draft.slot, state: "draft", jwe };
  await store.write(["photos"], async ({ photos }) => photos.put(row));
  return photo;
}

/** The image of `photo`, when a row of this tablet holds it and opens for `reader`; else null. */
export async function keptImage(
  store: Store,
  reader: PhotoReader,
  { photo, digest }: Photo,
): Promise<Bytes | null> {
  const row = await store.read(["photos"], async ({ photos }) => photos.get(photo));
  const opened = row === undefined ? null : await openRow(row, reader);
  if (opened === null) return null;
  const jpeg = row?.state === "to-sign" ? unpack(opened).jpeg : opened;
  return (await sha256Hex(jpeg)) === digest ? jpeg : null;
}

/**
 * The rows that replace those of `draft`: `named` are the photos of its record, sealed again for their signature; the
 * others were taken out of it, and are forgotten only now: a change that was not saved loses none. A photo without a row was signed with an earlier record.
 */
export async function toSignRows(
  store: Store,
  reader: PhotoReader,
  to: { readonly slot: string; readonly recipients: () => Promise<Recipients> },
  draft: string,
  named: readonly ToSign[],
): Promise<PhotoChange> {
  const all = await store.read(["photos"], async ({ photos }) => photos.all());
  const rows = all.filter((row) => row.draft === draft && row.state === "draft");
  const keep: PhotoRow[] = [];
  for (const row of rows) {
    const meta = named.find(({ photo }) => photo.photo === row.photo);
    const jpeg = meta === undefined ? null : await openRow(row, reader);
    if (meta === undefined || jpeg === null) continue;
    const jwe = await sealGeneral(pack(meta, jpeg), TYP, await to.recipients());
    keep.push({ ...row, slot: to.slot, state: "to-sign", jwe });
  }
  const kept = new Set(keep.map(({ photo }) => photo));
  // A row that does not open is kept: a key failure never erases data.
  const unnamed = rows.filter(({ photo }) => !named.some((each) => each.photo.photo === photo));
  return { keep, forget: unnamed.map(({ photo }) => photo).filter((photo) => !kept.has(photo)) };
}

/** The photos that `own` has to sign, and what to sign of each. Rows that do not open are left as they are. */
export async function waitingPhotos(
  store: Store,
  team: TeamKeys,
  own: OwnSlot,
): Promise<readonly { readonly meta: ToSign; readonly jpeg: Bytes }[]> {
  const rows = await store.read(["photos"], async ({ photos }) => photos.all());
  const mine = rows.filter(({ state, slot }) => state === "to-sign" && slot === own.slot);
  const waiting: { meta: ToSign; jpeg: Bytes }[] = [];
  for (const row of mine) {
    const opened = await openRow(row, { team, own });
    if (opened !== null) waiting.push(unpack(opened));
  }
  return waiting;
}

/** How many photos of signed records wait for the signature of each slot; readable while locked. */
export async function waitingPhotosBySlot(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await store.read(["photos"], async ({ photos }) => photos.all());
  const bySlot = new Map<string, number>();
  for (const { slot, state } of rows) if (state === "to-sign") bySlot.set(slot, (bySlot.get(slot) ?? 0) + 1);
  return bySlot;
}

/** How many wait, of whichever slot. */
export async function countWaitingPhotos(store: Store): Promise<number> {
  return [...(await waitingPhotosBySlot(store)).values()].reduce((sum, count) => sum + count, 0);
}

async function openRow(row: PhotoRow, { team, own }: PhotoReader): Promise<Bytes | null> {
  try {
    const jwe = parseGeneral(row.jwe, TYP);
    const { kid } = jwe.recipients[0].header;
    const key = own?.agreement.kid === kid ? own.agreement.key : team.byKeyId.get(kid);
    return key === undefined ? null : await openGeneral(jwe, jwe.recipients[0], key);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** `length (4 bytes, big endian) ‖ JSON ‖ JPEG`. */
function pack(meta: ToSign, jpeg: Bytes): Bytes {
  const json = utf8(JSON.stringify(meta));
  const whole = new Uint8Array(PREFIX_BYTES + json.length + jpeg.length);
  new DataView(whole.buffer).setUint32(0, json.length);
  whole.set(json, PREFIX_BYTES);
  whole.set(jpeg, PREFIX_BYTES + json.length);
  return whole;
}

function unpack(whole: Bytes): { meta: ToSign; jpeg: Bytes } {
  const end = PREFIX_BYTES + new DataView(whole.buffer, whole.byteOffset).getUint32(0);
  // It came out of a seal of ours: its shape is known.
  const meta = JSON.parse(fromUtf8(whole.subarray(PREFIX_BYTES, end))) as ToSign;
  return { meta, jpeg: whole.slice(end) };
}
