"""The seam to fhirpathpy: strict parsing and evaluation of FHIRPath with the R4 model.

fhirpathpy's own `parse` recovers from syntax errors (it accepts `(a` and `a b`); this one refuses them.
Everything that knows the library's syntax tree shape is here and in `forms.expression`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from antlr4 import CommonTokenStream, InputStream, ParseTreeWalker  # type: ignore[import-untyped]
from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
from antlr4.error.Errors import RecognitionException  # type: ignore[import-untyped]
from fhirpathpy import apply_parsed_path
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models
from fhirpathpy.parser.ASTPathListener import ASTPathListener
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from forms.errors import ExpressionRefused
from forms.reason import because

Node = dict[str, Any]
"""A node of fhirpathpy's syntax tree: `type`, `text`, `terminalNodeText`, `children`."""

R4: dict[str, Any] = models["r4"]
ANSWER_PATH = "QuestionnaireResponse.item.answer"


class _Refusing(ErrorListener):  # type: ignore[misc]
    """Raises at the first syntax error instead of letting the parser recover."""

    def syntaxError(  # noqa: N802 — the name antlr4 calls
        self,
        recognizer: object,  # noqa: ARG002
        offendingSymbol: object,  # noqa: ARG002, N803
        line: int,  # noqa: ARG002
        column: int,
        msg: str,  # noqa: ARG002
        e: object,  # noqa: ARG002
    ) -> None:
        raise ExpressionRefused(because("syntax error at column {column}", column=column))


def parse(text: str) -> Node:
    """The syntax tree of a whole expression. Raises ExpressionRefused on any syntax error."""
    refusing = _Refusing()
    lexer = FHIRPathLexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(refusing)
    parser = FHIRPathParser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser.addErrorListener(refusing)
    listener = ASTPathListener()  # type: ignore[no-untyped-call]
    try:
        ParseTreeWalker().walk(listener, parser.entireExpression())  # type: ignore[no-untyped-call]
    except RecognitionException as error:
        raise ExpressionRefused(because("syntax error")) from error
    entire: Node = listener.parentStack[0]["children"][0]
    expression: Node = entire["children"][0]
    return expression


def evaluate(tree: Node, variables: Mapping[str, object]) -> list[object]:
    """The collection a tree evaluates to. Raises whatever fhirpathpy raises, which is any Exception."""
    result = apply_parsed_path({}, {"children": [tree]}, variables, R4)  # type: ignore[no-untyped-call]
    return list(result)


def answer_nodes(elements: Sequence[Mapping[str, object]]) -> list[object]:
    """Elements of `item.answer`, typed so that `.value` finds `valueQuantity`, `valueCoding`…"""
    return [ResourceNode(element, ANSWER_PATH) for element in elements]  # type: ignore[no-untyped-call]


def date_node(day: date) -> object:
    """A FHIR date, comparable with answers of type date."""
    return ResourceNode(day.isoformat(), "date")  # type: ignore[no-untyped-call]
