/**
 * PouchDB assembled from the parts we use. Loaded only when a database is opened, to stay out of the entry bundle.
 */
import http from "pouchdb-adapter-http";
import idb from "pouchdb-adapter-idb";
import PouchDB from "pouchdb-core";
import replication from "pouchdb-replication";

export default PouchDB.plugin(idb).plugin(http).plugin(replication);
