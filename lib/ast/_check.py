"""Is a tree one that can be compiled? compile() looks it over before it makes text of it."""

import ast

_CONTEXTS = {"Load": ast.Load, "Store": ast.Store, "Del": ast.Del}
_PLAIN = {"identifier": str, "string": str}
_CONSTANTS = (type(None), bool, int, float, complex, str, bytes, type(...))
_FORBIDDEN_NAMES = "None", "True", "False"

# Lists that may not be empty, by kind of node, and what CPython calls them.
_FILLED = {
    "FunctionDef": {"body": "body"},
    "AsyncFunctionDef": {"body": "body"},
    "ClassDef": {"body": "body"},
    "Delete": {"targets": "targets"},
    "Assign": {"targets": "targets"},
    "For": {"body": "body"},
    "AsyncFor": {"body": "body"},
    "While": {"body": "body"},
    "If": {"body": "body"},
    "With": {"items": "items", "body": "body"},
    "AsyncWith": {"items": "items", "body": "body"},
    "Match": {"cases": "cases"},
    "match_case": {"body": "body"},
    "Try": {"body": "body"},
    "TryStar": {"body": "body"},
    "ExceptHandler": {"body": "body"},
    "Import": {"names": "names"},
    "ImportFrom": {"names": "names"},
    "Global": {"names": "names"},
    "Nonlocal": {"names": "names"},
}

# Fields that are assigned to or deleted; all others are read.
_TARGETS = {
    ("Assign", "targets"): "Store",
    ("AugAssign", "target"): "Store",
    ("AnnAssign", "target"): "Store",
    ("For", "target"): "Store",
    ("AsyncFor", "target"): "Store",
    ("comprehension", "target"): "Store",
    ("withitem", "optional_vars"): "Store",
    ("NamedExpr", "target"): "Store",
    ("TypeAlias", "name"): "Store",
    ("Delete", "targets"): "Del",
}


def check(tree, root):
    """Raise what CPython's compile() raises for a tree that it cannot compile. `root` is the kind its root should
    be."""
    if type(tree).__name__ != root:
        raise TypeError(f"expected {root} node, got {type(tree).__name__}")
    _node(tree, type(tree), "Load")


def _kind(node, wanted):
    """The class of ast that a node's class is or comes from; it must be `wanted` or of that group."""
    for name in wanted._attributes[:2]:
        if not hasattr(node, name):
            raise TypeError(f'required field "{name}" missing from {_group_name(wanted)}')
    if isinstance(node, wanted):
        for cls in type(node).__mro__:
            if cls in _known and issubclass(cls, wanted):
                return cls
    raise TypeError(f"expected some sort of {wanted.__name__}, but got {node!r}")


_known = {cls: cls.__name__ for cls in ast._nodes} | {type(mark): "" for mark in (*ast._operators, *ast._contexts)}


def _node(node, wanted, context):
    """Check a node that stands where one of class `wanted` should; an elif in a loop, since chains may be long."""
    cls = _kind(node, wanted)
    while True:
        _position(node, cls)
        name = cls.__name__
        chained = None
        for field, kind in cls._field_types.items():
            value = _field(node, cls, field, kind)
            if kind is ast.expr_context:
                _check_context(value, context)
            elif getattr(kind, "__origin__", None) is list:
                if name == "If" and field == "orelse" and len(value) == 1 and isinstance(value[0], ast.If):
                    chained = value[0]
                else:
                    _list(node, name, field, kind.__args__[0], value, context)
            elif value is not None:
                _value(name, field, _plain_type(kind), value, _context_of(name, field, context))
        _rules(name, node, context)
        if chained is None:
            return
        node, cls = chained, _kind(chained, ast.stmt)


def _plain_type(kind):
    """The class that a field holds, without its None."""
    return kind if isinstance(kind, type) else kind.__args__[0]


def _group_name(cls):
    """What CPython calls the place in its messages: the group of the node."""
    return cls.__name__ if cls.__base__ is ast.AST else cls.__base__.__name__


def _position(node, cls):
    for name in cls._attributes[:2]:
        if not isinstance(getattr(node, name), int):
            raise ValueError(f"invalid integer value: {getattr(node, name)!r}")
    if not cls._attributes:
        return
    first, start = node.lineno, node.col_offset
    last, end = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    last, end = first if last is None else last, start if end is None else end
    if first > last:
        raise ValueError(f"AST node line range ({first}, {last}) is not valid")
    if (first < 0 and end != first) or (start < 0 and start != end):
        raise ValueError(f"AST node column range ({start}, {end}) for line range ({first}, {last}) is not valid")
    if first == last and start > end:
        raise ValueError(f"line {first}, column {start}-{end} is not a valid range")


_missing = object()


def _field(node, cls, field, kind):
    """A field's value; one that may be missing is None or []."""
    value = getattr(node, field, _missing)
    listed = getattr(kind, "__origin__", None) is list
    if value is _missing:
        if listed:
            return []
        if hasattr(cls, field) or kind is ast.expr_context:
            return None
        raise TypeError(f'required field "{field}" missing from {cls.__name__}')
    if listed and not isinstance(value, list):
        raise TypeError(f'{cls.__name__} field "{field}" must be a list, not a {type(value).__name__}')
    if value is None and not hasattr(cls, field) and not (field == "value" and cls in (ast.Constant, ast.MatchSingleton)):
        raise ValueError(f"field '{field}' is required for {cls.__name__}")
    return value


def _context_of(name, field, context):
    """How what is in a field is used: as the node itself, for parts of a target."""
    if name in ("Tuple", "List", "Starred"):
        return context
    return _TARGETS.get((name, field), "Load")


def _check_context(value, context):
    if not isinstance(value, ast.expr_context):
        raise TypeError(f"expected some sort of expr_context, but got {value!r}")
    if not isinstance(value, _CONTEXTS[context]):
        raise ValueError(f"expression must have {context} context but has {type(value).__name__} instead")


def _list(node, name, field, kind, values, context):
    if not values and field in _FILLED.get(name, ()):
        raise ValueError(f"empty {_FILLED[name][field]} on {name}")
    for value in values:
        if value is None:
            if (name, field) in (("Dict", "keys"), ("arguments", "kw_defaults")):
                continue
            raise ValueError(f"None disallowed in {'statement' if kind is ast.stmt else 'expression'} list")
        _value(name, field, kind, value, _context_of(name, field, context))


def _value(name, field, kind, value, context):
    if name in ("Constant", "MatchSingleton") and field == "value":
        _constant(value)
    elif kind is str:
        if not isinstance(value, str):
            raise TypeError(f"AST {'string' if field in ('kind', 'type_comment', 'tag') else 'identifier'} must be of type str")
        if value in _FORBIDDEN_NAMES and field not in ("attr", "type_comment", "kind"):
            raise ValueError(f"identifier field can't represent '{value}' constant")
    elif kind is int:
        if not isinstance(value, int):
            raise ValueError(f"invalid integer value: {value!r}")
    elif issubclass(kind, ast.expr):
        if context != "Load" and not isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Starred, ast.List, ast.Tuple)):
            _kind(value, kind)
            raise ValueError(f"expression which can't be assigned to in {context} context")
        _node(value, kind, context)
    elif issubclass(kind, ast.AST):
        _node(value, kind, "Load")


def _constant(value):
    if type(value) in (tuple, frozenset):
        for item in value:
            _constant(item)
    elif type(value) not in _CONSTANTS:
        raise TypeError(f"got an invalid type in Constant: {type(value).__name__}")


def _rules(name, node, context):
    """What must hold between the fields of a node."""
    match name:
        case "Compare":
            if not node.comparators:
                raise ValueError("Compare with no comparators")
            if len(node.comparators) != len(node.ops):
                raise ValueError("Compare has a different number of comparators and operands")
        case "Dict" if len(node.keys) != len(node.values):
            raise ValueError("Dict doesn't have the same number of keys as values")
        case "BoolOp" if len(node.values) < 2:
            raise ValueError("BoolOp with less than 2 values")
        case "ListComp" | "SetComp" | "DictComp" | "GeneratorExp" if not node.generators:
            raise ValueError("comprehension with no generators")
        case "arguments":
            if len(node.defaults) > len(node.posonlyargs) + len(node.args):
                raise ValueError("more positional defaults than args on arguments")
            if len(node.kw_defaults) != len(node.kwonlyargs):
                raise ValueError("length of kwonlyargs is not the same as kw_defaults on arguments")
        case "Try" | "TryStar":
            if not node.handlers and not node.finalbody:
                raise ValueError(f"{name} has neither except handlers nor finalbody")
            if not node.handlers and node.orelse:
                raise ValueError(f"{name} has orelse but no except handlers")
        case "Raise" if node.cause and not node.exc:
            raise ValueError("Raise with cause but no exception")
        case "ImportFrom" if (node.level or 0) < 0:
            raise ValueError("Negative ImportFrom level")
        case "NamedExpr" if not isinstance(node.target, ast.Name):
            raise TypeError("NamedExpr target must be a Name")
        case "TypeAlias" if not isinstance(node.name, ast.Name):
            raise TypeError("TypeAlias with non-Name name")
        case "AnnAssign" if node.simple and not isinstance(node.target, ast.Name):
            raise TypeError("AnnAssign with simple non-Name target")
        case "MatchSingleton" if node.value not in (None, True, False):
            raise ValueError("MatchSingleton can only contain True, False and None")
        case "MatchMapping" if len(node.keys) != len(node.patterns):
            raise ValueError("MatchMapping doesn't have the same number of keys as patterns")
        case "MatchClass" if len(node.kwd_attrs) != len(node.kwd_patterns):
            raise ValueError("MatchClass doesn't have the same number of keyword attributes as patterns")
        case "MatchAs" if node.pattern is not None and node.name is None:
            raise ValueError("MatchAs must specify a target name if a pattern is given")
        case "MatchOr" if len(node.patterns) < 2:
            raise ValueError("MatchOr requires at least 2 patterns")
