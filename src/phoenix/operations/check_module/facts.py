"""Whether events carry only facts: ids, values of a few known kinds, and what the declaration gives a reason for."""

from __future__ import annotations

from msgspec import inspect

from phoenix.kernel.module import EventKind

ID_ENDINGS = ("_id", "_ids")
CLOSED = (
    inspect.BoolType,
    inspect.DateTimeType,
    inspect.DateType,
    inspect.EnumType,
    inspect.FloatType,
    inspect.IntType,
    inspect.LiteralType,
    inspect.NoneType,
)
# Columns of their own, which hold ids in every event.
COLUMNS = frozenset({"organisation", "subject"})


def fields_without_reason(kind: EventKind) -> list[str]:
    """The fields of an event that could contain people's texts, and for which the declaration gives no reason."""
    declared = {*COLUMNS, *kind.ids, *(name for name, reason in kind.holds.items() if reason.strip())}
    event = inspect.type_info(kind.type)
    if not isinstance(event, inspect.StructType):
        raise TypeError(f"{kind.type.__name__} is not an event.")
    return [
        field.name
        for field in event.fields
        if field.name not in declared and not field.name.endswith(ID_ENDINGS) and not _is_closed(field.type)
    ]


def _is_closed(type_: inspect.Type) -> bool:
    """Whether a type has only values that nobody can have written, such as numbers, instants and literals."""
    match type_:
        case inspect.Metadata(type=inner):
            return _is_closed(inner)
        case inspect.UnionType(types=types):
            return all(_is_closed(one) for one in types)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return _is_closed(item)
    return isinstance(type_, CLOSED)
