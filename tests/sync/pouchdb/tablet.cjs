/**
 * A tablet that lives with CouchDB's ways: `node tablet.cjs <database's url> <url that gives a token> <wanted>`.
 *
 * It pushes and pulls live as the PWA does (the same options), asks for a fresh token at each start, and starts again
 * after whatever ends a run. A document that was denied is never pushed again by PouchDB, whose checkpoint went by: so
 * what it holds is offered again by `_revs_diff`, as the PWA does with what has no receipt. It ends once nothing of
 * what standard input gave is missing there, and `wanted` documents are here.
 */
'use strict';

require('node:events').defaultMaxListeners = 100;

const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'));

const [url, tokens, wanted] = process.argv.slice(2);
const told = { runs: 0, ended: {}, denied: 0 };

async function readInput() {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

async function request(method, path, token, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status });
  return answer.json();
}

/** Offers everything again, a document a request: one that is too large must not hold up the others. */
async function offered(own, token) {
  const asked = Object.fromEntries(own.map((document) => [document._id, [document._rev]]));
  const missing = await request('POST', '/_revs_diff', token, asked);
  for (const document of own) {
    if (!(document._id in missing)) continue;
    const sent = request('POST', '/_bulk_docs', token, { new_edits: false, docs: [document] });
    const refused = await sent.catch((error) => {
      if (error.status !== 413) throw error;
      return [];
    });
    if (refused.length > 0) told.denied += 1;
  }
  return Object.keys(await request('POST', '/_revs_diff', token, asked)).length;
}

/** Replicates live, both ways, until something ends it or all is there. */
async function run(local, token, complete) {
  const fetcher = (address, options) => {
    options.headers.set('Authorization', `Bearer ${token}`);
    return PouchDB.fetch(address, { ...options, credentials: 'omit' });
  };
  const remote = new PouchDB(url, { adapter: 'http', skip_setup: true, fetch: fetcher });
  const push = local.replicate.to(remote, { live: true, retry: false, checkpoint: 'source', batch_size: 10 });
  const pull = local.replicate.from(remote, {
    live: true,
    retry: false,
    checkpoint: 'target',
    heartbeat: false,
    timeout: 1000,
    batch_size: 10,
  });
  push.on('denied', () => (told.denied += 1));
  await new Promise((resolve, reject) => {
    for (const replication of [push, pull]) replication.on('error', reject).catch(() => {});
    const looked = setInterval(() => complete().then((done) => done && resolve(), reject), 100);
    const end = () => clearInterval(looked);
    push.on('error', end);
    pull.on('error', end);
  }).finally(() => {
    push.cancel();
    pull.cancel();
  });
}

async function main() {
  const own = await readInput();
  const local = new PouchDB('tablet', { adapter: 'memory' });
  await local.bulkDocs(own, { new_edits: false });
  for (;;) {
    const token = await (await fetch(tokens)).text();
    told.runs += 1;
    try {
      await run(local, token, async () => {
        const here = (await local.info()).doc_count >= Number(wanted);
        return here && (await offered(own, token)) === 0;
      });
      process.stdout.write(JSON.stringify(told), () => process.exit(0));
      return;
    } catch (error) {
      const status = String(error.status ?? error.message);
      told.ended[status] = (told.ended[status] ?? 0) + 1;
      await offered(own, token).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
