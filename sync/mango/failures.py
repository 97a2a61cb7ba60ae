"""What can be wrong with a query: CouchDB's words and reasons (mango_error.erl), status 400."""

import orjson

from sync.errors import BadRequest


class QueryError(BadRequest):
    """A query that cannot be served; `error` is CouchDB's word for it."""

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(reason)
        self.error = word


def bad_argument(operator: str, argument: object) -> QueryError:
    """Return the error of an operator whose argument has another shape."""
    return QueryError("bad_arg", f"Bad argument for operator {operator}: {shown(argument)}")


def shown(value: object) -> str:
    """Return the beginning of a value as JSON, for a reason."""
    try:
        return orjson.dumps(value).decode("utf-8", "replace")[:100]
    except TypeError:
        return "a value nested too deep"
