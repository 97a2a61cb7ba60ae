/** Why a device's file cannot be used. Whatever was typed before stays: a refused file changes nothing. */

/** What is wrong with the file. `line` is counted from 1 where one line is at fault. */
export type FileRefusal =
  | "empty"
  | "too-large"
  | "not-text"
  | "unknown-format"
  | "entities"
  | "broken"
  | "columns"
  | "number"
  | "no-trial"
  | "too-many-trials"
  | "too-many-points"
  | "implausible";

/** The file is refused, for one reason that a person can read. */
export class SpirometerFileRefused extends Error {
  override readonly name = "SpirometerFileRefused";

  constructor(
    readonly reason: FileRefusal,
    readonly line: number | null = null,
  ) {
    super(line === null ? reason : `${reason}, line ${line}`);
  }
}
