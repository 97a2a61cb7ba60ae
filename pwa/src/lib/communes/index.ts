/** The offline table of communes, fetched once a page: it is in the service worker's cache from the first day. */
import { CommuneTable } from "./table";

export { type Commune, CommuneTable, type Found } from "./table";

/** The table could not be read: no network on the very first visit, or an emptied cache. */
export class CommunesUnavailable extends Error {
  override name = "CommunesUnavailable";
}

let loading: Promise<CommuneTable> | undefined;

/**
 * The table; a failed fetch is tried again at the next call.
 *
 * @throws CommunesUnavailable
 */
export async function loadCommunes(fetching: typeof fetch = fetch): Promise<CommuneTable> {
  loading ??= read(fetching);
  try {
    return await loading;
  } catch (failure) {
    loading = undefined;
    throw failure;
  }
}

async function read(fetching: typeof fetch): Promise<CommuneTable> {
  const response = await fetching(`${import.meta.env.BASE_URL}data/communes_fr.csv`).catch(
    (cause: unknown) => {
      throw new CommunesUnavailable("the table of communes was not reached", { cause });
    },
  );
  if (!response.ok) throw new CommunesUnavailable(`the table of communes answered ${response.status}`);
  return CommuneTable.parse(await response.text());
}
