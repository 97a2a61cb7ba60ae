/**
 * One run of live replication in both directions, from its start to the first thing that ends it.
 *
 * PouchDB's own retry is off: it gives up on 401 and 403, and carries a sequence number of one node to another
 * without noticing. Whatever breaks ends the run; {@link Synchroniser} starts a new one from the checkpoints.
 */
import { pull, push, type Database } from "./database";
import { isEnvelope } from "./witness";

/** A document that the node (or the tablet, when pulling) would not write. */
export interface Denial {
  readonly document: string;
  readonly reason: string;
}

/** What happens during a run. */
export interface RunListener {
  /** Documents are on their way again, in one direction at least. */
  moving(): void;
  /** Both directions are level. */
  caughtUp(): void;
  /** Envelopes came from the node, which thus holds them. */
  pulled(envelopes: readonly string[]): void;
  /** A document was refused for good; the others went on. */
  denied(denial: Denial): void;
}

/** A run under way. `ended` never rejects: it answers the first error given to it or met, or `null`. */
export interface Run {
  readonly ended: Promise<unknown>;
  stop(error?: unknown): void;
}

/** Start replicating `local` and `remote` both ways. */
export function replicate(local: Database, remote: Database, listener: RunListener): Run {
  const pulling = pull(local, remote);
  const directions = [push(local, remote), pulling];
  const level = new Set<number>();
  const { promise: ended, resolve } = withResolvers<unknown>();

  function stop(error: unknown = null): void {
    resolve(error);
    for (const direction of directions) direction.cancel();
  }

  directions.forEach((direction, index) => {
    direction.on("active", () => {
      level.delete(index);
      listener.moving();
    });
    direction.on("paused", (error: unknown) => {
      if (error) return;
      level.add(index);
      if (level.size === directions.length) listener.caughtUp();
    });
    direction.on("denied", (error: unknown) => listener.denied(denial(error)));
    direction.on("error", stop);
    direction.on("complete", () => stop());
  });

  pulling.on("change", ({ docs }: { readonly docs: readonly { readonly _id: string }[] }) => {
    const envelopes = docs.map(({ _id }) => _id).filter(isEnvelope);
    if (envelopes.length > 0) listener.pulled(envelopes);
  });

  return { ended, stop };
}

/** What PouchDB says of a refused document: `{id, name, message | reason}`. */
function denial(error: unknown): Denial {
  const said = error as { id?: unknown; reason?: unknown; message?: unknown };
  const reason = [said.reason, said.message].find((word) => typeof word === "string");
  return { document: String(said.id ?? ""), reason: String(reason ?? "forbidden") };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
