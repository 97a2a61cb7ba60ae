/**
 * A CouchDB of another make: express-pouchdb over PouchDBs in memory, driven by test_pouchdb_peer.py.
 *
 * `node peer.cjs [part,…]` prints its address once it listens, and ends with its standard input; the parts are those
 * of express-pouchdb that it serves beyond what a PouchDB asks (its `overrideMode.include`).
 */
'use strict';

const express = require('express');
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-memory'));
const pouch = require('express-pouchdb');

const memory = PouchDB.defaults({ adapter: 'memory', revs_limit: 1000 });
const application = express();
const include = process.argv[2]?.split(',') ?? [];
application.use(
  '/',
  pouch(memory, {
    mode: 'minimumForPouchDB',
    overrideMode: { include },
    inMemoryConfig: true,
    logPath: require('os').devNull,
  }),
);

const server = application.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
