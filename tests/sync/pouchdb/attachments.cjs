/**
 * A real PouchDB client and attachments, driven by test_pouchdb_attachments.py:
 * `node attachments.cjs <scenario> <url> <token>`. What happened leaves as one JSON object on standard output;
 * attachments are told as the SHA-256 of their bytes. A live scenario prints one line when it waits.
 */
'use strict';

const { createHash } = require('node:crypto');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'));

const [scenario, url, token] = process.argv.slice(2);
const authorization = { Authorization: `Bearer ${token}` };

function remote() {
  return new PouchDB(url, {
    skip_setup: true,
    fetch: (address, options) => {
      options.headers.set('Authorization', authorization.Authorization);
      return PouchDB.fetch(address, { ...options, credentials: 'omit' });
    },
  });
}

function local(name) {
  return new PouchDB(name, { adapter: 'memory' });
}

/** Bytes that do not compress and hold every value, the same each time. */
function bytes(seed, length) {
  const pieces = [];
  for (let number = 0; number * 32 < length; number += 1) {
    pieces.push(createHash('sha256').update(`${seed}-${number}`).digest());
  }
  return Buffer.concat(pieces).subarray(0, length);
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex');
}

function attachment(content, type = 'image/png') {
  return { content_type: type, data: content };
}

/** Every attachment of a revision, by name. (PouchDB counts every one that it receives as new: no `revpos`.) */
async function attachments(database, id, options = {}) {
  const found = await database.get(id, options);
  const told = {};
  for (const name of Object.keys(found._attachments ?? {}).sort()) {
    told[name] = digest(await database.getAttachment(id, name, { rev: found._rev }));
  }
  return told;
}

async function push(database) {
  return (await database.replicate.to(remote())).docs_written;
}

async function pull(database) {
  return (await database.replicate.from(remote())).docs_written;
}

const scenarios = {
  /** Carries a document from one tablet to another, then one change of one attachment, then a removal. */
  async carried() {
    const one = local('one');
    const other = local('other');
    const first = await one.put({
      _id: 'photos',
      _attachments: {
        'large.bin': attachment(bytes('large', 600_000), 'application/octet-stream'),
        'small.png': attachment(bytes('small', 300)),
        'note.txt': attachment(Buffer.from('un texte accentué '.repeat(500)), 'text/plain'),
        'empty.bin': attachment(Buffer.alloc(0)),
      },
    });
    const told = { pushed: [await push(one)], pulled: [await pull(other)] };
    told.first = await attachments(other, 'photos');
    const second = await one.putAttachment('photos', 'small.png', first.rev, bytes('new', 400), 'image/png');
    told.pushed.push(await push(one));
    told.pulled.push(await pull(other));
    told.second = await attachments(other, 'photos');
    await one.removeAttachment('photos', 'note.txt', second.rev);
    told.pushed.push(await push(one));
    told.pulled.push(await pull(other));
    told.third = await attachments(other, 'photos');
    told.there = await attachments(remote(), 'photos');
    const stubs = (await remote().get('photos'))._attachments;
    told.positions = Object.fromEntries(Object.entries(stubs).map(([name, stub]) => [name, stub.revpos]));
    return told;
  },

  /**
   * Two tablets change the same document apart; a third one and the node have both revisions.
   *
   * The two themselves are not asked: a PouchDB that pulls a revision in conflict with one that it has asks
   * for an attachment without saying of which revision (pouchdb-replication 9, whatever the node).
   */
  async conflicting() {
    const one = local('one');
    const other = local('other');
    const first = await one.put({ _id: 'a', _attachments: { kept: attachment(bytes('kept', 50_000)) } });
    await push(one);
    await pull(other);
    for (const [database, name] of [[one, 'one'], [other, 'other']]) {
      await database.putAttachment('a', 'own', first.rev, bytes(name, 70_000), 'image/png');
    }
    await push(one);
    await push(other);
    const third = local('third');
    await pull(third);
    const told = {};
    for (const [name, database] of Object.entries({ third, there: remote() })) {
      const winner = await database.get('a', { conflicts: true });
      told[name] = [];
      for (const rev of [winner._rev, ...(winner._conflicts ?? [])]) {
        told[name].push(await attachments(database, 'a', { rev }));
      }
    }
    return told;
  },

  /** Follows the remote database live; tells the attachments of each document that comes, until `last`. */
  async live() {
    const tablet = local('tablet');
    const replication = tablet.replicate.from(remote(), { live: true, retry: true });
    let announced = false;
    replication.on('paused', () => {
      if (!announced) process.stdout.write('waiting\n');
      announced = true;
    });
    await new Promise((resolve, reject) => {
      replication.on('error', reject);
      replication.on('change', (change) => {
        if (change.docs.some((document) => document._id === 'last')) resolve();
      });
    });
    replication.cancel();
    const listed = await tablet.allDocs();
    const told = {};
    for (const row of listed.rows) told[row.id] = await attachments(tablet, row.id);
    return told;
  },

  /** Uses the remote database as if it were a local one. */
  async edits() {
    const database = remote();
    const put = await database.putAttachment('a', 'dir/é.bin', bytes('a', 1000), 'image/png');
    const inline = await database.get('a', { attachments: true, binary: true });
    const base64 = await database.get('a', { attachments: true });
    const listed = await database.allDocs({ include_docs: true, attachments: true, binary: true });
    const changed = await database.changes({ include_docs: true, attachments: true, binary: true });
    const bulk = await database.bulkGet({ docs: [{ id: 'a' }], attachments: true, binary: true });
    const stale = await database
      .putAttachment('a', 'x', '1-0', bytes('x', 10), 'image/png')
      .catch((error) => error.status);
    const stub = await database
      .put({ _id: 'a', _rev: put.rev, _attachments: { missing: { stub: true } } })
      .catch((error) => [error.status, error.name]);
    const removed = await database.removeAttachment('a', 'dir/é.bin', put.rev);
    const gone = await database.getAttachment('a', 'dir/é.bin').catch((error) => error.status);
    const data = (document) => digest(document._attachments['dir/é.bin'].data);
    return {
      read: [
        data(inline),
        digest(Buffer.from(base64._attachments['dir/é.bin'].data, 'base64')),
        data(listed.rows[0].doc),
        data(changed.results[0].doc),
        data(bulk.results[0].docs[0].ok),
        digest(await database.getAttachment('a', 'dir/é.bin', { rev: put.rev })),
      ],
      stale,
      stub,
      removed: removed.ok,
      gone,
    };
  },
};

scenarios[scenario]().then(
  (told) => process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error.stack ?? JSON.stringify(error)}\n`);
    process.exit(1);
  },
);
