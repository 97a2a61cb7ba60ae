"""FHIRPath within the list on which fhirpath.js and fhirpathpy agree (docs/forms.md, "Expressions").

An expression is parsed once. Every node of its tree must be on the list, and an answer may be read only as
``%resource.repeat(item).where(linkId = '…').answer``. That form is then bound to the answers directly instead
of searching the whole response at each evaluation: same result (a test compares), many times faster.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from forms import fhirpath
from forms.errors import ExpressionFailed, ExpressionRefused
from forms.fhirpath import Node
from forms.reason import Reason, because

FUNCTIONS = frozenset({
    *("where", "repeat", "exists", "empty", "count", "distinct", "first", "last", "skip", "take"),
    *("startsWith", "contains", "lower", "replace", "join"),
    *("iif", "not", "floor", "ceiling", "truncate", "abs", "aggregate", "allTrue", "anyTrue", "all"),
    *("select",),
})  # fmt: skip
VARIABLES = frozenset({"visitDate", "stop"})
OPERATORS: Mapping[str, frozenset[str]] = {
    "AndExpression": frozenset({"and"}),
    "OrExpression": frozenset({"or", "xor"}),
    "ImpliesExpression": frozenset({"implies"}),
    "EqualityExpression": frozenset({"=", "!="}),
    "InequalityExpression": frozenset({"<", "<=", ">", ">="}),
    "MembershipExpression": frozenset({"in"}),
    "AdditiveExpression": frozenset({"+", "-"}),
    "MultiplicativeExpression": frozenset({"*", "/", "div"}),
    "PolarityExpression": frozenset({"-", "+"}),
}
PASSING = frozenset({"TermExpression", "InvocationTerm", "ParenthesizedTerm"})
"""Nodes that only pass on their single child."""
STRUCTURE = PASSING | {
    *("InvocationExpression", "MemberInvocation", "FunctionInvocation", "ThisInvocation", "TotalInvocation"),
    *("Functn", "ParamList", "Identifier", "ExternalConstantTerm", "ExternalConstant", "LiteralTerm"),
    *("NullLiteral", "BooleanLiteral", "StringLiteral", "NumberLiteral"),
    *("DateTimeLiteral", "QuantityLiteral"),
}  # fmt: skip

_READ_ONLY_AS = because("answers are read only as %resource.repeat(item).where(linkId = '…').answer")
_WRITTEN = {
    # A month or a year alone is another thing in each engine; so is `$&` in what replace() puts.
    "DateTimeLiteral": re.compile(r"@\d{4}-\d{2}-\d{2}", re.ASCII),
    "StringLiteral": re.compile(r"[^$]*"),
}
_TEST = re.compile(r"%resource\.repeat\(item\)\.where\(linkId='([^']*)'\)\.answer\.value\.exists\(\)")


class Expression:
    """A checked, compiled expression.

    `text`: as written. `reads`: the linkIds whose answers it reads, sorted. `tests`: those of which it asks
    only whether there is a value, never which. `names_variables`: whether it depends on the visit's date or
    the stop. Raises ExpressionRefused.
    """

    __slots__ = ("_bound", "names_variables", "reads", "tests", "text")

    def __init__(self, text: str) -> None:
        reads: Counter[str] = Counter()
        parsed = fhirpath.parse(text)
        bound = _bind(parsed, reads)
        refused = tuple(dict.fromkeys(_refusals(bound)))
        if refused:
            raise ExpressionRefused(*refused)
        self._bound = _unwrap(bound)
        self.text = text
        self.reads = tuple(sorted(reads))
        tests = _tests(parsed)
        self.tests = frozenset(link_id for link_id in reads if reads[link_id] == tests[link_id])
        self.names_variables = any(f"%{name}" in text for name in VARIABLES)

    def evaluate(
        self, answers: Mapping[str, Sequence[Mapping[str, object]]], variables: Mapping[str, object]
    ) -> list[object]:
        """The resulting collection, as Python values (numbers are `int` or `Decimal`).

        `answers`: linkId → the elements of `QuestionnaireResponse.item.answer`. `variables`: `visitDate`,
        `stop`. Raises ExpressionFailed when the evaluation does.
        """
        named = dict(variables)
        for link_id in self.reads:
            named[_variable(link_id)] = fhirpath.answer_nodes(answers.get(link_id, ()))
        try:
            return fhirpath.evaluate(self._bound, named)
        except Exception as error:
            raise ExpressionFailed(self.text) from error


@lru_cache(maxsize=1024)
def compiled(text: str) -> Expression:
    """The expression, parsed and checked once per process. Raises ExpressionRefused."""
    return Expression(text)


def variables(visit_date: date | None, stop: Mapping[str, float] | None) -> dict[str, object]:
    """What an expression may name besides answers: `%visitDate` and `%stop`, in degrees."""
    return {"visitDate": None if visit_date is None else fhirpath.date_node(visit_date), "stop": stop}


def is_false(result: Sequence[object]) -> bool:
    """Whether a constraint is broken: exactly one `false`; an empty result says nothing."""
    return len(result) == 1 and result[0] is False


def is_true(result: Sequence[object]) -> bool:
    """Whether a condition holds: exactly one `true`; an empty result says nothing."""
    return len(result) == 1 and result[0] is True


def number(result: Sequence[object]) -> Decimal | None:
    """The single number of a result, or None when there is none."""
    if len(result) == 1 and isinstance(result[0], int | Decimal) and not isinstance(result[0], bool):
        return Decimal(result[0])
    return None


def _variable(link_id: str) -> str:
    return f"answer {link_id}"


def _bind(node: Node, reads: Counter[str]) -> Node:
    """The tree with each read of an answer replaced by a variable; counts them by linkId in `reads`."""
    link_id = _link_id_read(node)
    if link_id is not None:
        reads[link_id] += 1
        identifier = {"type": "Identifier", "text": _variable(link_id), "terminalNodeText": []}
        constant = {"type": "ExternalConstant", "children": [identifier], "terminalNodeText": ["%"]}
        term = {"type": "ExternalConstantTerm", "children": [constant], "terminalNodeText": []}
        return {"type": "TermExpression", "children": [term], "terminalNodeText": []}
    if "children" not in node:
        return node
    return {**node, "children": [_bind(child, reads) for child in node["children"]]}


def _unwrap(node: Node) -> Node:
    """The tree without the nodes that only pass on their single child: half the steps of an evaluation."""
    children = [_unwrap(child) for child in node.get("children", ())]
    if node["type"] in PASSING and len(children) == 1:
        return children[0]
    return {**node, "children": children} if children else node


def _tests(node: Node) -> Counter[str]:
    """How often each answer is read as `….answer.value.exists()`."""
    test = _TEST.fullmatch(node.get("text", ""))
    if node["type"] == "InvocationExpression" and test is not None:
        return Counter([test[1]])
    return sum((_tests(child) for child in node.get("children", ())), Counter())


def _link_id_read(node: Node) -> str | None:
    """The linkId, when the node is `%resource.repeat(item).where(linkId = '…').answer`."""
    if node["type"] != "InvocationExpression":
        return None
    source, member = node["children"]
    if member["type"] != "MemberInvocation" or member["children"][0]["text"] != "answer":
        return None
    text = source.get("text", "")
    start, end = "%resource.repeat(item).where(linkId='", "')"
    link_id: str = text[len(start) : -len(end)]
    if text.startswith(start) and text.endswith(end) and "'" not in link_id:
        return link_id
    return None


def _refusals(node: Node) -> Iterator[Reason]:
    """Everything in the node and below it that is not on the list, in the order it is written."""
    kind: str = node["type"]
    children = node.get("children", ())
    if kind in OPERATORS:
        operator = node["terminalNodeText"][0]
        if operator not in OPERATORS[kind]:
            yield because("operator {operator} is not allowed", operator=operator)
    elif kind not in STRUCTURE:
        yield because("{kind} is not allowed", kind=kind)
    if kind in _WRITTEN and not _WRITTEN[kind].fullmatch(node.get("text", "")):
        yield because("{kind} may not be written so: {text}", kind=kind, text=node.get("text", ""))
    if kind in _LEAVES:
        refusal = _LEAVES[kind](children)
        if refusal is not None:
            yield refusal
        return
    if kind == "Functn":
        name, *children = children
        if name["text"] not in FUNCTIONS:
            yield because("function {text}() is not allowed", text=name["text"])
    for child in children:
        yield from _refusals(child)


def _variable_refusal(children: Sequence[Node]) -> Reason | None:
    name = children[0]["text"] if children else ""
    if name == "resource":
        return _READ_ONLY_AS
    known = name in VARIABLES or name.startswith(_variable(""))
    return None if known else because("variable %{name} is not allowed", name=name)


def _duration_refusal(children: Sequence[Node]) -> Reason | None:
    if children[0]["children"][0].get("children"):
        return None
    return because("only calendar durations (days, weeks, months, years) are allowed as quantities")


def _member_refusal(children: Sequence[Node]) -> Reason | None:
    return _READ_ONLY_AS if children[0]["text"] in ("item", "linkId") else None


_LEAVES: Mapping[str, Callable[[Sequence[Node]], Reason | None]] = {
    "ExternalConstant": _variable_refusal,
    "QuantityLiteral": _duration_refusal,
    "MemberInvocation": _member_refusal,
}
