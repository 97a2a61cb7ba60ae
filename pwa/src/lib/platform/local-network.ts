/**
 * May the application call a machine of the local network? Chromium asks before a page of the Internet does (Local Network
 * Access): the hub in the bus is one. It is asked once, where somebody prepares the tablet.
 */

/** What the browser answers: allowed, not asked yet, refused. */
export type HubAccess = PermissionState;

/** The permission's names: the second is that of versions that tell the machine itself apart from its network. */
const NAMES = ["local-network-access", "local-network"];

/** What the browser says now, or `null` where it asks nobody. Nothing is asked by this. */
export async function hubAccess(permissions: Permissions | undefined): Promise<HubAccess | null> {
  for (const name of NAMES) {
    try {
      const status = await permissions?.query({ name: name as PermissionName });
      if (status !== undefined) return status.state;
    } catch {
      // A name that this browser does not know: it has another, or none.
    }
  }
  return null;
}

/**
 * Call the node at `origin`, so that the browser asks whoever holds the tablet, if it has to; answers what it says after.
 * Out of reach of the hub nothing is asked, and the answer is still `prompt`.
 */
export async function askHubAccess(
  permissions: Permissions | undefined,
  fetcher: typeof fetch,
  origin: string,
): Promise<HubAccess | null> {
  await fetcher(`${origin}/api/node`, { credentials: "omit", cache: "no-store" }).catch(() => undefined);
  return hubAccess(permissions);
}
