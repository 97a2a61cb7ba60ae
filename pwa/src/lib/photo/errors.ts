/**
 * Why a photo was not kept, or is not shown.
 *
 * ```
 * PhotoError
 * ├── PhotoRefused     what was taken or chosen cannot be kept: `reason` says why
 * └── PhotoMissing     it is not here, not whole, or not what the record names
 * ```
 */

/** Any failure of photos. */
export class PhotoError extends Error {
  override name = "PhotoError";
}

/**
 * `too-large`: the file is beyond what a tablet decodes; `not-an-image`: of another type; `undecodable`: the browser
 * cannot read it (HEIC, damaged); `no-encoder`: the browser makes no JPEG of it; `too-many`: the question is full.
 */
export type PhotoRefusal = "too-large" | "not-an-image" | "undecodable" | "no-encoder" | "too-many";

/** A photo that was not kept. Nothing else that was typed changed. */
export class PhotoRefused extends PhotoError {
  override name = "PhotoRefused";

  constructor(
    readonly reason: PhotoRefusal,
    options?: { cause: unknown },
  ) {
    super(reason, options);
  }
}

/** A photo that a record names and that cannot be shown: its pieces may still be on their way. */
export class PhotoMissing extends PhotoError {
  override name = "PhotoMissing";

  constructor(
    readonly photo: string,
    readonly reason: "not-here" | "confidential" | "altered",
  ) {
    super(`${photo}: ${reason}`);
  }
}
