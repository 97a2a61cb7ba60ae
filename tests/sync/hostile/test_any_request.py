"""Any request at all: never a fault of the server's, and every refusal as CouchDB words them."""

import base64
import http.client
import json
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.server_process import ADMINISTRATOR, ServerProcess

AUTHORIZATION = "Basic " + base64.b64encode(":".join(ADMINISTRATOR).encode()).decode()

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "COPY", "PATCH", "OPTIONS", "TRACE", "LOCK"]
ENDPOINTS = [
    "_all_docs",
    "_all_docs/queries",
    "_bulk_docs",
    "_bulk_get",
    "_changes",
    "_compact",
    "_compact/x",
    "_design/x",
    "_design/x/_view/y",
    "_design_docs",
    "_ensure_full_commit",
    "_explain",
    "_find",
    "_index",
    "_index/_bulk_delete",
    "_index/x/json/y",
    "_local/x",
    "_local_docs",
    "_missing_revs",
    "_purge",
    "_purged_infos",
    "_purged_infos_limit",
    "_revs_diff",
    "_revs_limit",
    "_security",
    "_view_cleanup",
    "doc",
    "doc/attachment",
    "doc/attachment/below",
]
NODE_ENDPOINTS = ["", "_up", "_all_dbs", "_db_updates", "_uuids", "_session", "_dbs_info", "_active_tasks"]
ODD_PARTS = [
    "..",
    ".",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%",
    "%zz",
    "%ff",
    "%00",
    "%2F",
    "A",
    "é",
    " ",
    "_x",
]
PARAMETERS = [
    "att_encoding_info",
    "attachments",
    "batch",
    "conflicts",
    "count",
    "deleted_conflicts",
    "descending",
    "doc_ids",
    "endkey",
    "feed",
    "filter",
    "inclusive_end",
    "include_docs",
    "key",
    "keys",
    "last-event-id",
    "latest",
    "limit",
    "new_edits",
    "open_revs",
    "rev",
    "revs",
    "revs_info",
    "seq_interval",
    "since",
    "skip",
    "startkey",
    "style",
    "update_seq",
    "view",
    "w",
]
ODD_VALUES = [
    "",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1.5",
    "1e9",
    "99999999999999999999999",
    "-99999999999999999999999",
    "NaN",
    "٣",
    "now",
    "null",
    "[]",
    "{}",
    '"a"',
    '["1-a"]',
    "[" * 2000,
    "all",
    "1-a",
    "0-0",
    "%ff",
    "%00",
    "%",
    "longpoll",
    "continuous",
    "eventsource",
    "all_docs",
    "_doc_ids",
    "_selector",
    "_design",
    "../..",
]

paths = st.one_of(
    st.builds("/{}".format, st.sampled_from(NODE_ENDPOINTS)),
    st.builds("/noisy/{}".format, st.sampled_from(ENDPOINTS)),
    st.lists(st.sampled_from([*ODD_PARTS, "noisy", "_design", "_local", "doc"]), max_size=4).map(
        lambda parts: "/" + "/".join(parts)
    ),
    st.text(max_size=20).map(lambda text: "/" + quote(text.encode("utf-8", "surrogatepass"))),
)
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(ODD_VALUES)), max_size=3).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
MEMBERS = [
    "docs",
    "keys",
    "doc_ids",
    "docids",
    "_id",
    "_rev",
    "_revisions",
    "_attachments",
    "_deleted",
    "id",
    "rev",
    "selector",
    "new_edits",
    "index",
    "fields",
    "sort",
    "limit",
    "admins",
    "members",
    "names",
    "roles",
    "queries",
    "start",
    "ids",
    "a",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=50),
    JSON.map(lambda value: json.dumps(value).encode()),
)
content_types = st.sampled_from(
    ["application/json", "application/json; charset=utf-8", "text/plain", "multipart/related", "", "x" * 300]
)


@pytest.fixture(scope="module")
def connection(server: ServerProcess) -> Iterator[http.client.HTTPConnection]:
    """One connection of the administrator's, opened again whenever the server closes it."""
    address = urlsplit(server.url)
    opened = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    yield opened
    opened.close()


def asked(
    connection: http.client.HTTPConnection, method: str, target: str, body: bytes, content_type: str
) -> tuple[int, bytes]:
    headers = {"authorization": AUTHORIZATION, "content-type": content_type}
    connection.request(method, quote(target, safe="/%?&=[]{}\"'.,:+-_~!*()"), body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(METHODS), paths, queries, bodies, content_types)
def test_any_request_is_answered_and_never_by_a_fault(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    query: str,
    body: bytes,
    content_type: str,
) -> None:
    # Feeds that would wait are given a millisecond.
    target = f"{path}?{query}&timeout=1"

    status, told = asked(connection, method, target, body, content_type)

    if method == "DELETE" and status == 200:
        asked(connection, "PUT", "/noisy", b"", "")
    assert status != 500, (method, target, body)
    if status >= 400 and method != "HEAD":
        assert {"error", "reason"} <= orjson.loads(told).keys(), (method, target, body, told)
    assert asked(connection, "GET", "/quiet/doc", b"", "")[0] == 200
