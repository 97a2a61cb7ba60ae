"""Where express-pouchdb is no CouchDB: what the contract does not ask of it, by test, and why."""

from collections.abc import Mapping

DIFFERS: Mapping[str, str] = {
    "test_changes_are_read_page_by_page_to_the_end": "it does not tell how many changes are pending",
    "test_all_leaves_are_listed_for_replication": "a deleted leaf comes before the winner",
    "test_changes_can_be_asked_of_some_documents_only": "last_seq is that of the last document kept",
    "test_a_sequence_of_another_database_starts_again": "a sequence is a bare number: a silent gap",
    "test_a_database_made_again_is_empty_and_restarts_its_readers": "a sequence is a bare number",
    "test_what_is_no_sequence_is_refused": "any text is a sequence",
    "test_security_is_kept_and_changed": "it has no _security",
    "test_figures_follow_edits_and_deletions": "it does not count deleted documents, nor bytes",
    "test_an_unknown_database_is_said_to_be_so": "it makes or destroys a database that never was",
    "test_a_deleted_document_is_gone_but_its_tombstone_can_be_named": "a deleted document is missing",
    "test_only_missing_revisions_are_told": "an ancestor without content is missing; no possible ancestors",
    "test_bulk_get_answers_in_order_and_says_what_is_missing": "two revisions of one document are one answer",
    "test_an_ancestor_that_arrives_later_ends_a_false_conflict": "the false conflict stays",
    "test_a_very_long_history_is_stemmed_once": "a replicated history is not stemmed, and read back in part",
    "test_a_waiter_gives_up_after_its_time": "a longpoll has no timeout",
    "test_another_databases_write_wakes_nobody_here": "a longpoll has no timeout",
    "test_a_waiter_is_told_that_its_database_is_gone": "a longpoll outlives its database",
}
