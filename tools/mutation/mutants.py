"""The changes that are tried in a file, one at a time.

Not changed, because no test of behaviour could notice: annotations, docstrings, the words of log lines, `__slots__`, `__all__` and
code under TYPE_CHECKING. Options of a dataclass or Struct are left to mypy. Removing an attribute set in `__init__` would make
the first test that creates the object fail.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
NEVER_FIELDS = frozenset({"annotation", "returns", "type_comment", "type_ignores"})
NEVER_NAMES = frozenset({"__slots__", "__all__"})
MAKERS = frozenset({"TypeVar", "NewType", "dataclass"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. Its `key` stays the same if the line moves."""

    index: int
    key: str
    line: int
    change: str


@dataclass(frozen=True, slots=True)
class _Place:
    """The position of a node: a field of its parent, or an index in a list there."""

    parent: ast.AST
    field: str
    position: int | None
    node: ast.AST
    within: str
    function: str

    def put(self, node: ast.AST | None) -> None:
        if self.position is None:
            setattr(self.parent, self.field, node)
        elif node is None:
            del getattr(self.parent, self.field)[self.position]
        else:
            getattr(self.parent, self.field)[self.position] = node


def mutants_of(source: str) -> list[Mutant]:
    """Every change to try in a file."""
    found: list[Mutant] = []
    times: Counter[str] = Counter()
    for index, (place, changed) in enumerate(_changes(ast.parse(source))):
        said = f"{_said(place.node)} → {_said(changed)}" if changed is not None else f"without {_said(place.node)}"
        name = f"{place.within}: {said}"
        times[name] += 1
        key = name if times[name] == 1 else f"{name} ({times[name]})"
        found.append(Mutant(index, key, getattr(place.node, "lineno", getattr(place.parent, "lineno", 0)), said))
    return found


def mutated(source: str, index: int) -> ast.Module:
    """The file with one of its changes, or unchanged if `index` is below zero."""
    tree = ast.parse(source)
    for number, (place, changed) in enumerate(_changes(tree)):
        if number == index:
            place.put(changed)
            return ast.fix_missing_locations(tree)
    return tree


def _changes(tree: ast.Module) -> Iterator[tuple[_Place, ast.AST | None]]:
    # All changes are listed before any is made, so that the first one does not affect those after it.
    yield from [(place, changed) for place in _places(tree, "", "") for changed in _changes_of(place)]


def _places(node: ast.AST, within: str, function: str) -> Iterator[_Place]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        within = f"{within}.{node.name}".lstrip(".")
        function = "" if isinstance(node, ast.ClassDef) else node.name
    for field, value in ast.iter_fields(node):
        if field in NEVER_FIELDS or (isinstance(node, ast.ClassDef) and field in {"keywords", "bases"}):
            continue
        children = value if isinstance(value, list) else [value]
        for position, child in enumerate(children):
            if not isinstance(child, ast.AST):
                continue
            place = _Place(node, field, position if isinstance(value, list) else None, child, within or "module", function)
            yield place
            if not _is_left_out(child):
                yield from _places(child, within, function)


def _is_left_out(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in NEVER_NAMES
        case ast.Call(func=ast.Name(id=name)):
            return name in MAKERS
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
    return False


def _changes_of(place: _Place) -> Iterator[ast.AST | None]:
    yield from _statement(place)
    yield from _expression(place)
    if place.field == "decorator_list":
        yield None
    # A condition without an operator is negated as a whole.
    is_condition = place.field == "test" and not isinstance(place.parent, ast.Assert)
    is_filter = place.field == "ifs"
    if is_condition or is_filter:
        match place.node:
            case ast.Name(id="TYPE_CHECKING"):
                pass
            case ast.Name() | ast.Attribute() | ast.Call() | ast.Await() | ast.NamedExpr() as condition:
                yield ast.UnaryOp(ast.Not(), condition)


def _statement(place: _Place) -> Iterator[ast.AST]:
    match place.node:
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Delete() | ast.Raise() | ast.Continue():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if place.function != "__init__":
            yield ast.Pass()
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in ARITHMETIC:
            yield ast.AugAssign(target, ARITHMETIC[type(op)](), value)
        case ast.Return(value=value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))


def _expression(place: _Place) -> Iterator[ast.AST]:
    match place.node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for number, op in enumerate(ops):
                swapped = [COMPARISONS[type(op)]() if other == number else same for other, same in enumerate(ops)]
                yield ast.Compare(left, swapped, comparators)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)


def _said(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:87]}…"
