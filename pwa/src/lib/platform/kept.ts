/** What a tablet keeps beside its databases: no setting of a person and nothing clinical, read before any opens. */

/** The browser's own small storage; one that refuses it throws at the mere name. */
export function ownStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
