/**
 * How fast PouchDB replicates, driven by tests/bench: `node speed.cjs <scenario> <url> <user:password> <count>`.
 *
 * `clients`: twenty databases in memory push `count` documents each, all at once, into a new database.
 * `pull`: one database in memory pulls the `count` documents that the new database was given first.
 * Leaves one JSON object on standard output: documents and milliseconds, the clients' own work included.
 */
'use strict';

const { createHash } = require('node:crypto');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'));

const CLIENTS = 20;
const [scenario, url, administrator, count] = process.argv.slice(2);
const authorization = `Basic ${Buffer.from(administrator).toString('base64')}`;

function remote() {
  return new PouchDB(url, {
    skip_setup: true,
    fetch: (address, options) => {
      options.headers.set('Authorization', authorization);
      return PouchDB.fetch(address, { ...options, credentials: 'omit' });
    },
  });
}

function envelope(name) {
  const jwe = `{"ciphertext":"${name}`.padEnd(1998, 'A') + '"}';
  const digest = createHash('sha256').update(jwe).digest('hex');
  return { _id: `e${digest}`, _rev: `1-${digest.slice(0, 32)}`, jwe };
}

function envelopes(name) {
  return Array.from({ length: Number(count) }, (_, number) => envelope(`${name}-${number}`));
}

async function send(method, path, body) {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, body });
  if (!response.ok && method !== 'DELETE') throw new Error(`${method} ${path}: ${response.status}`);
  await response.text();
}

const scenarios = {
  async clients() {
    const tablets = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, number) => {
        const tablet = new PouchDB(`tablet-${number}`, { adapter: 'memory' });
        await tablet.bulkDocs(envelopes(number), { new_edits: false });
        return tablet;
      }),
    );
    const started = performance.now();
    await Promise.all(tablets.map((tablet) => tablet.replicate.to(remote(), { checkpoint: 'source' })));
    return { documents: CLIENTS * Number(count), ms: performance.now() - started };
  },

  async pull() {
    const docs = envelopes('pull');
    for (let start = 0; start < docs.length; start += 1000) {
      const body = JSON.stringify({ docs: docs.slice(start, start + 1000), new_edits: false });
      await send('POST', '/_bulk_docs', body);
    }
    const tablet = new PouchDB('tablet', { adapter: 'memory' });
    const started = performance.now();
    const told = await tablet.replicate.from(remote(), { checkpoint: 'target' });
    return { documents: told.docs_written, ms: performance.now() - started };
  },
};

send('DELETE', '')
  .then(() => send('PUT', ''))
  .then(scenarios[scenario])
  .then(
    (told) => process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0)),
    (error) => {
      process.stderr.write(`${error.stack ?? JSON.stringify(error)}\n`);
      process.exit(1);
    },
  );
