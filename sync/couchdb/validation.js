/*
 * What a tablet or a hub may write (wire §3.3), as CouchDB's validate_doc_update; the twin of
 * sync/write_rules.py, held to the same table of cases (tests/vectors/write_rules.json).
 *
 * ES5, strings only: CouchDB's engines have no typed arrays, and a SHA-256 in them costs ten times the rest.
 * So id and revision are compared with each other, and the digest itself is verified by whoever reads:
 * the projection, the tablets, the embedded engine. `new_edits` is not told here: an edit shows as an old
 * document, or as a revision that is not the pinned one. `_local` documents never come by: the proxy
 * refuses them.
 */
function (newDoc, oldDoc, userCtx, secObj) {
  if (userCtx.roles.indexOf('_admin') !== -1) {
    return;
  }

  function refuse(code, message) {
    throw ({ forbidden: code + ': ' + message });
  }

  if (!/^e[0-9a-f]{64}$/.test(newDoc._id)) {
    refuse('identifier', 'the id is not that of an envelope');
  }
  if (newDoc._deleted) {
    refuse('deletion', 'an envelope is not deleted by a device');
  }
  if (oldDoc) {
    refuse('edit', 'an envelope is written with new_edits false');
  }
  if (newDoc._attachments) {
    for (var attachment in newDoc._attachments) {
      refuse('attachment', 'an envelope has no attachments');
    }
  }

  for (var member in newDoc) {
    if (member !== 'jwe' && member.charAt(0) !== '_') {
      refuse('body', 'an envelope holds one string, jwe, and nothing else');
    }
  }
  if (typeof newDoc.jwe !== 'string') {
    refuse('body', 'an envelope holds one string, jwe, and nothing else');
  }
  // A character outside the basic plane is one character, and two units of a string here.
  if (
    newDoc.jwe.length > 400000 &&
    newDoc.jwe.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length > 400000
  ) {
    refuse('size', 'jwe is over 400000 characters');
  }

  var pinned = newDoc._id.substring(1, 33);
  var history = newDoc._revisions;
  if (
    newDoc._rev !== '1-' + pinned ||
    (history && (history.start !== 1 || history.ids.length !== 1 || history.ids[0] !== pinned))
  ) {
    refuse('revision', 'the revision is not the one pinned to the digest');
  }
}
