/**
 * A real PouchDB client, driven by test_pouchdb.py: `node client.cjs <scenario> <url> <token>`.
 *
 * Documents come as a JSON array on standard input; what happened leaves as one JSON object on standard
 * output. A live scenario prints one line when it waits, and the object at its end.
 */
'use strict';

const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'));

const [scenario, url, token] = process.argv.slice(2);

/** Opens the remote database as a tablet does: a token in a header, nothing created. */
function remote() {
  return new PouchDB(url, {
    skip_setup: true,
    fetch: (address, options) => {
      options.headers.set('Authorization', `Bearer ${token}`);
      return PouchDB.fetch(address, { ...options, credentials: 'omit' });
    },
  });
}

function local(name) {
  return new PouchDB(name, { adapter: 'memory', revs_limit: 1000 });
}

async function readInput() {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString('utf8') || '[]');
}

/** Every document of a database, with its losing revisions. */
async function contents(database) {
  const listed = await database.allDocs({ include_docs: true, conflicts: true });
  return listed.rows.map((row) => row.doc);
}

/** Runs a replication to its end and tells what it did. */
async function replicated(replication) {
  const denied = [];
  replication.on('denied', (refusal) => denied.push(refusal.doc?.id ?? refusal.id));
  const result = await replication;
  return { status: result.status, written: result.docs_written, read: result.docs_read, denied };
}

const scenarios = {
  /** Pushes the documents given, with the checkpoint on the tablet. */
  async push() {
    const tablet = local('tablet');
    await tablet.bulkDocs(await readInput(), { new_edits: false });
    return replicated(tablet.replicate.to(remote(), { checkpoint: 'source', batch_size: 50 }));
  },

  /** Pulls everything, with the checkpoint on the tablet; then again, for what came in between. */
  async pull() {
    const tablet = local('tablet');
    const options = { checkpoint: 'target', batch_size: 50 };
    const first = await replicated(tablet.replicate.from(remote(), options));
    const second = await replicated(tablet.replicate.from(remote(), options));
    return { first, second, documents: await contents(tablet) };
  },

  /** Replicates both ways with checkpoints on both sides, twice. */
  async checkpoints() {
    const tablet = local('tablet');
    await tablet.bulkDocs(await readInput(), { new_edits: false });
    const push = await replicated(tablet.replicate.to(remote()));
    const pull = await replicated(tablet.replicate.from(remote()));
    const again = await replicated(tablet.replicate.from(remote()));
    return { push, pull, again, documents: await contents(tablet) };
  },

  /** Replicates the remote database into the one whose address is given, and back. */
  async between() {
    const [{ peer }] = await readInput();
    const other = new PouchDB(peer, { skip_setup: true });
    const there = await replicated(remote().replicate.to(other));
    const back = await replicated(other.replicate.to(remote()));
    return { there, back };
  },

  /** Edits through the remote database as if it were a local one. */
  async edits() {
    const database = remote();
    const first = await database.put({ _id: 'a', n: 1 });
    const second = await database.put({ _id: 'a', _rev: first.rev, n: 2 });
    const conflict = await database.put({ _id: 'a', _rev: first.rev, n: 3 }).catch((error) => error.status);
    await database.put({ _id: 'b', n: 1 });
    const removed = await database.get('b').then((document) => database.remove(document));
    const missing = await database.get('b').catch((error) => [error.status, error.reason]);
    const read = await database.get('a', { revs: true, conflicts: true });
    const open = await database.get('a', { open_revs: 'all' });
    const changes = await database.changes({ since: 0, include_docs: true });
    return {
      conflict,
      missing,
      removed: removed.ok,
      read: [read.n, read._revisions.start, read._rev === second.rev],
      open: open.length,
      changes: changes.results.map((change) => [change.id, Boolean(change.deleted)]),
      info: (await database.info()).doc_count,
    };
  },

  /** Follows the remote database live until a document named `last` has come. */
  async live() {
    const tablet = local('tablet');
    const seen = [];
    const replication = tablet.replicate.from(remote(), { live: true, retry: true, checkpoint: 'target' });
    let announced = false;
    replication.on('paused', () => {
      if (!announced) process.stdout.write('waiting\n');
      announced = true;
    });
    await new Promise((resolve, reject) => {
      replication.on('error', reject);
      replication.on('change', (change) => {
        seen.push(...change.docs.map((document) => document._id));
        if (seen.includes('last')) resolve();
      });
    });
    replication.cancel();
    return { seen };
  },
};

scenarios[scenario]().then(
  (told) => process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error.stack ?? JSON.stringify(error)}\n`);
    process.exit(1);
  },
);
