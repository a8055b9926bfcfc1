"""The syntax trees of Python source: their node classes, and functions to make, show, walk and change them.

A tree comes from `parse` (or from `compile` with the flag PyCF_ONLY_AST) and is made of instances of the classes
below, one class a kind of node, each derived from the class of its group: `Name` is an `expr`, `If` a `stmt`. The
classes are made from the table of nodes that the parser itself is built on, which the native module _astnodes shows.
"""

import sys
from enum import IntEnum, auto

import _astnodes

PyCF_ONLY_AST = 0x400
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_OPTIMIZED_AST = 0x8000 | PyCF_ONLY_AST


class AST:
    """The base of all nodes. `_fields` names what a node holds, `_attributes` its position, where it has one."""

    _fields = ()
    _attributes = ()
    __match_args__ = ()

    def __init__(self, *args, **kwargs):
        """Set the fields, in order or by name; those that are missing get what their kind allows."""
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            raise TypeError(
                f"{cls.__name__} constructor takes at most {len(fields)} positional argument"
                f"{'' if len(fields) == 1 else 's'}"
            )
        for name, value in zip(fields, args):
            setattr(self, name, value)
        for name, value in kwargs.items():
            if name in fields[: len(args)]:
                raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
            if name not in fields and name not in cls._attributes:
                owner = "ast.AST" if cls is AST else cls.__name__
                _deprecated(
                    f"{owner}.__init__ got an unexpected keyword argument {name!r}. Support for arbitrary keyword "
                    "arguments is deprecated and will be removed in Python 3.15.",
                    2,
                )
            setattr(self, name, value)
        for name in fields[len(args):]:
            if name not in kwargs:
                _set_missing(self, cls, name)


def _deprecated(message, level):
    """Warn of what a program did that many calls further out."""
    import warnings

    warnings.warn(message, DeprecationWarning, stacklevel=level + 1)


def _set_missing(node, cls, name):
    """What a field is that its node's constructor was not given: a list, a Load(); an optional one is None anyway."""
    types = getattr(cls, "_field_types", None)
    if types is None:
        return
    kind = types.get(name)
    if kind is None:
        if not hasattr(cls, name):
            _deprecated(
                f"Field {name!r} is missing from {cls.__name__}._field_types. This will become an error in "
                "Python 3.15.",
                3,
            )
    elif getattr(kind, "__origin__", None) is list:
        setattr(node, name, [])
    elif kind is expr_context:
        setattr(node, name, _contexts[0])
    elif not hasattr(cls, name):
        _deprecated(
            f"{cls.__name__}.__init__ missing 1 required positional argument: {name!r}. This will become an error in "
            "Python 3.15.",
            3,
        )


# Fields that the parser's nodes do not have: it reads no type comments, and keeps the prefix of u"" elsewhere. Each
# is put in front of the field named, or at the end.
_MORE_FIELDS = {
    "Module": ("type_ignores", "type_ignore*", None),
    "FunctionDef": ("type_comment", "string?", "type_params"),
    "AsyncFunctionDef": ("type_comment", "string?", "type_params"),
    "Assign": ("type_comment", "string?", None),
    "For": ("type_comment", "string?", None),
    "AsyncFor": ("type_comment", "string?", None),
    "With": ("type_comment", "string?", None),
    "AsyncWith": ("type_comment", "string?", None),
    "arg": ("type_comment", "string?", None),
    "Constant": ("kind", "string?", None),
}

_PLAIN_TYPES = {"identifier": str, "string": str, "int": int, "constant": object}
_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def _class(name, base, fields=(), positioned=False):
    """Make the class of a kind of node. The types of its fields follow when all classes are there."""
    members = {"__module__": __name__, "_fields": tuple(field for field, kind in fields)}
    members["__match_args__"] = members["_fields"]
    members["__doc__"] = f"{name}({', '.join(f'{kind} {field}' for field, kind in fields)})" if fields else name
    if positioned:
        members["_attributes"] = _POSITION
        members["end_lineno"] = members["end_col_offset"] = None
    members |= {field: None for field, kind in fields if kind[-1] == "?"}
    cls = globals()[name] = type(name, (base,), members)
    return cls


def _field_type(kind):
    plain = kind.rstrip("?*")
    cls = _PLAIN_TYPES.get(plain) or globals()[plain]
    return list[cls] if kind[-1] == "*" else cls | None if kind[-1] == "?" else cls


def _rows():
    """The rows of the parser's table with what it leaves out: (name, group, positioned, [(field, kind), ...])."""
    for name, group, positioned, fields in _astnodes.nodes():
        if name == "ImportFrom":
            fields = [(field, "int?" if field == "level" else kind) for field, kind in fields]
        if name in _MORE_FIELDS:
            field, kind, before = _MORE_FIELDS[name]
            place = next((i for i, pair in enumerate(fields) if pair[0] == before), len(fields))
            fields = fields[:place] + [(field, kind)] + fields[place:]
        yield name, group, positioned, fields


def _make_classes():
    rows = list(_rows())
    rows.append(("FunctionType", "mod", False, [("argtypes", "expr*"), ("returns", "expr")]))
    rows.append(("TypeIgnore", "type_ignore", False, [("lineno", "int"), ("tag", "string")]))
    members = {}
    for name, group, positioned, fields in rows:
        members.setdefault(group, []).append((name, positioned, fields))
    operators = _astnodes.operators()
    for name, group in [("Load", "expr_context"), ("Store", "expr_context"), ("Del", "expr_context"), *operators]:
        members.setdefault(group, []).append((name, False, []))
    for group, kinds in members.items():
        alone = len(kinds) == 1 and kinds[0][0] == group
        base = AST if alone else _class(group, AST, positioned=kinds[0][1])
        for name, positioned, fields in kinds:
            made = _class(name, base, fields, positioned)
            made._field_types = made.__annotations__ = {}
        if not alone:
            plain = not any(fields for _, _, fields in kinds)
            bar = " | " if plain else "\n" + " " * (len(group) + 1) + "| "
            base.__doc__ = f"{group} = {bar.join(globals()[name].__doc__ for name, _, _ in kinds)}"
    for name, _, _, fields in rows:
        globals()[name]._field_types |= {field: _field_type(kind) for field, kind in fields}
    return (
        tuple(globals()[name] for name, _, _, _ in rows[:-2]),
        tuple(globals()[name]() for name, _ in operators),
        (Load(), Store(), Del()),
    )


# What the compiler makes nodes of: classes by kind of node, and instances of operators and contexts.
_nodes, _operators, _contexts = _make_classes()


# --- what Constant has replaced ---


def _value_property(name):
    message = f"Attribute {name} is deprecated and will be removed in Python 3.14; use value instead"

    def get(self):
        """Deprecated. Use value instead."""
        _deprecated(message, 2)
        return self.value

    def set(self, value):
        _deprecated(message, 2)
        self.value = value

    return property(get, set)


Constant.n = _value_property("n")
Constant.s = _value_property("s")

_REPLACED = {
    "Num": (int, float, complex),
    "Str": (str,),
    "Bytes": (bytes,),
    "NameConstant": (bool, type(None)),
    "Ellipsis": (type(...),),
}
_OLD_NAMES = {kind: name for name, kinds in _REPLACED.items() for kind in kinds}


def __getattr__(name):
    if name not in _REPLACED:
        raise AttributeError(f"module 'ast' has no attribute '{name}'")
    from ast import _constants

    cls = globals()[name] = getattr(_constants, name)
    _constants._warn(name, 2)
    return cls


class slice(AST):
    """Deprecated AST node class."""


class Index(slice):
    """Deprecated AST node class. Use the index value directly instead."""

    def __new__(cls, value, **kwargs):
        return value


def _set_dims(self, value):
    self.elts = value


Tuple.dims = property(lambda self: self.elts, _set_dims, doc="Deprecated. Use elts instead.")


class ExtSlice(slice):
    """Deprecated AST node class. Use ast.Tuple instead."""

    def __new__(cls, dims=(), **kwargs):
        return Tuple(list(dims), Load(), **kwargs)


class Suite(mod):
    """Deprecated AST node class.  Unused in Python 3."""


class AugLoad(expr_context):
    """Deprecated AST node class.  Unused in Python 3."""


class AugStore(expr_context):
    """Deprecated AST node class.  Unused in Python 3."""


class Param(expr_context):
    """Deprecated AST node class.  Unused in Python 3."""


# --- trees from text and back ---


def parse(source, filename="<unknown>", mode="exec", *, type_comments=False, feature_version=None, optimize=-1):
    """The tree of `source`; mode as in compile(). Type comments are not read, and the grammar is that of one
    version."""
    flags = PyCF_OPTIMIZED_AST if optimize > 0 else PyCF_ONLY_AST
    if type_comments:
        flags |= PyCF_TYPE_COMMENTS
    if isinstance(feature_version, tuple) and feature_version[0] != 3:
        raise ValueError(f"Unsupported major version: {feature_version[0]}")
    return compile(source, filename, mode, flags)


def unparse(ast_obj):
    """Text that parses to the same tree, but for positions."""
    from ast._unparse import Unparser

    return Unparser().text_of(ast_obj)


def literal_eval(node_or_string):
    """The value of an expression of literals only: numbers, strings, bytes, tuples, lists, dicts, sets, booleans,
    None, ..."""
    if isinstance(node_or_string, str):
        node_or_string = parse(node_or_string.lstrip(" \t"), mode="eval")
    if isinstance(node_or_string, Expression):
        node_or_string = node_or_string.body
    return _literal(node_or_string)


def _malformed(node):
    message = "malformed node or string"
    if line := getattr(node, "lineno", None):
        message += f" on line {line}"
    raise ValueError(f"{message}: {node!r}")


def _literal_number(node):
    if not isinstance(node, Constant) or type(node.value) not in (int, float, complex):
        _malformed(node)
    return node.value


def _literal_signed(node):
    if isinstance(node, UnaryOp) and isinstance(node.op, (UAdd, USub)):
        operand = _literal_number(node.operand)
        return +operand if isinstance(node.op, UAdd) else -operand
    return _literal_number(node)


def _literal(node):
    match node:
        case Constant():
            return node.value
        case Tuple():
            return tuple(map(_literal, node.elts))
        case List():
            return list(map(_literal, node.elts))
        case Set():
            return set(map(_literal, node.elts))
        case Call(func=Name(id="set"), args=[], keywords=[]):
            return set()
        case Dict():
            if len(node.keys) != len(node.values):
                _malformed(node)
            return dict(zip(map(_literal, node.keys), map(_literal, node.values)))
        case BinOp(op=Add() | Sub()):
            left = _literal_signed(node.left)
            right = _literal_number(node.right)
            if isinstance(left, (int, float)) and isinstance(right, complex):
                return left + right if isinstance(node.op, Add) else left - right
    return _literal_signed(node)


# --- showing ---


def dump(node, annotate_fields=True, include_attributes=False, *, indent=None, show_empty=False):
    """A tree as text. `indent`, a number of blanks or a text, spreads it over lines; empty fields are left out."""
    if not isinstance(node, AST):
        raise TypeError(f"expected AST, got {node.__class__.__name__!r}")
    if indent is not None and not isinstance(indent, str):
        indent = " " * indent
    return _Dump(annotate_fields, include_attributes, indent, show_empty).node(node, 1)[0]


class _Dump:
    """How dump() shows nodes. A level of the tree costs one frame of the interpreter's recursion limit."""

    def __init__(self, names, attributes, indent, empty):
        self.names = names
        self.attributes = attributes
        self.indent = indent
        self.empty = empty

    def breaks(self, level):
        if self.indent is None:
            return "", ", "
        return "\n" + self.indent * level, ",\n" + self.indent * level

    def field(self, value, level):
        """What a node at `level` holds: (text, whether it may stand with others on a line)."""
        if not isinstance(value, list):
            return repr(value), True
        if not value:
            return "[]", True
        level += 1
        start, separator = self.breaks(level)
        shown = [self.node(item, level + 1) if isinstance(item, AST) else self.field(item, level) for item in value]
        return f"[{start}{separator.join(text for text, _ in shown)}]", False

    def node(self, node, level):
        """The same of a node."""
        cls = type(node)
        parts, waiting = [], []
        simple, names = True, self.names
        for name in node._fields:
            try:
                value = getattr(node, name)
            except AttributeError:
                names = True
                continue
            if value is None and getattr(cls, name, ...) is None:
                names = True
                continue
            if not self.empty and value == []:
                kind = getattr(cls, "_field_types", {}).get(name, object)
                if getattr(kind, "__origin__", ...) is list:
                    if not names:
                        waiting.append("[]")
                    continue
            if not names:
                parts += waiting
                waiting = []
            text, plain = self.node(value, level + 1) if isinstance(value, AST) else self.field(value, level)
            simple = simple and plain
            parts.append(f"{name}={text}" if names else text)
        if self.attributes and node._attributes:
            for name in node._attributes:
                value = getattr(node, name, ...)
                if value is ... or value is None and getattr(cls, name, ...) is None:
                    continue
                text, plain = self.field(value, level)
                simple = simple and plain
                parts.append(f"{name}={text}")
        if simple and len(parts) <= 3:
            return f"{cls.__name__}({', '.join(parts)})", not parts
        start, separator = self.breaks(level)
        return f"{cls.__name__}({start}{separator.join(parts)})", False


# --- walking ---


def iter_fields(node):
    """(name, value) for each field that the node has."""
    for field in node._fields:
        try:
            yield field, getattr(node, field)
        except AttributeError:
            pass


def iter_child_nodes(node):
    """The nodes that this one holds, those in lists too."""
    for name, field in iter_fields(node):
        if isinstance(field, AST):
            yield field
        elif isinstance(field, list):
            for item in field:
                if isinstance(item, AST):
                    yield item


def walk(node):
    """The node and all below it, in no particular order."""
    from collections import deque

    todo = deque([node])
    while todo:
        node = todo.popleft()
        for name in node._fields:
            field = getattr(node, name, None)
            if isinstance(field, list):
                todo += [item for item in field if isinstance(item, AST)]
            elif isinstance(field, AST):
                todo.append(field)
        yield node


class NodeVisitor:
    """Visits each node of a tree with the method visit_<its class>, or generic_visit, which goes on to what it
    holds."""

    def visit(self, node):
        """Visit a node."""
        return getattr(self, "visit_" + node.__class__.__name__, self.generic_visit)(node)

    def generic_visit(self, node):
        """Visit the nodes that this one holds."""
        for field, value in iter_fields(node):
            if isinstance(value, list):
                for item in value:
                    if isinstance(item, AST):
                        self.visit(item)
            elif isinstance(value, AST):
                self.visit(value)

    def visit_Constant(self, node):
        """Visit a constant, by the method for the class that it once had if there is one."""
        kind = type(node.value)
        name = _OLD_NAMES.get(kind) or next((_OLD_NAMES[base] for base in kind.__mro__ if base in _OLD_NAMES), None)
        visitor = name and getattr(self, f"visit_{name}", None)
        if visitor is None:
            return self.generic_visit(node)
        import warnings

        warnings.warn(f"visit_{name} is deprecated; add visit_Constant", DeprecationWarning, 2)
        return visitor(node)


class NodeTransformer(NodeVisitor):
    """A visitor that changes the tree: what a method returns takes the node's place; None takes it out of the tree."""

    def generic_visit(self, node):
        """Visit the nodes that this one holds, and put what comes back in their place."""
        for field, old in iter_fields(node):
            if isinstance(old, list):
                items = []
                for item in old:
                    if isinstance(item, AST):
                        item = self.visit(item)
                        if item is None:
                            continue
                        if not isinstance(item, AST):
                            items.extend(item)
                            continue
                    items.append(item)
                old[:] = items
            elif isinstance(old, AST):
                new = self.visit(old)
                if new is None:
                    delattr(node, field)
                else:
                    setattr(node, field, new)
        return node


# --- positions ---


def copy_location(new_node, old_node):
    """Give a node the position of another, and return it."""
    for name in _POSITION:
        if name in old_node._attributes and name in new_node._attributes:
            value = getattr(old_node, name, None)
            if value is not None or (hasattr(old_node, name) and name.startswith("end_")):
                setattr(new_node, name, value)
    return new_node


def fix_missing_locations(node):
    """Give each node without a position that of the node that holds it. Returns the node."""
    todo = [(node, 1, 0, 1, 0)]
    while todo:
        current, *place = todo.pop()
        for i, name in enumerate(_POSITION):
            if name in current._attributes:
                known = getattr(current, name, None)
                if known is None if name.startswith("end_") else not hasattr(current, name):
                    setattr(current, name, place[i])
                else:
                    place[i] = known
        todo.extend((child, *place) for child in iter_child_nodes(current))
    return node


def increment_lineno(node, n=1):
    """Move a tree `n` lines down. Returns the node."""
    for child in walk(node):
        if isinstance(child, TypeIgnore):
            child.lineno = getattr(child, "lineno", 0) + n
            continue
        if "lineno" in child._attributes:
            child.lineno = getattr(child, "lineno", 0) + n
        if "end_lineno" in child._attributes and (end := getattr(child, "end_lineno", 0)) is not None:
            child.end_lineno = end + n
    return node


def get_docstring(node, clean=True):
    """The docstring of a module, class or function, or None; `clean` takes its indentation out."""
    if not isinstance(node, (AsyncFunctionDef, FunctionDef, ClassDef, Module)):
        raise TypeError(f"{node.__class__.__name__!r} can't have docstrings")
    if not (node.body and isinstance(node.body[0], Expr)):
        return None
    value = node.body[0].value
    if not (isinstance(value, Constant) and isinstance(value.value, str)):
        return None
    if not clean:
        return value.value
    import inspect

    return inspect.cleandoc(value.value)


def _lines(source):
    """Lines with their ends, as the parser counts them: a form feed or a line separator ends none."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:]


def get_source_segment(source, node, *, padded=False):
    """The part of `source` that a node came from, or None. `padded` keeps what follows lined up with its first line."""
    try:
        if node.end_lineno is None or node.end_col_offset is None:
            return None
        first, last = node.lineno - 1, node.end_lineno - 1
        start, end = node.col_offset, node.end_col_offset
    except AttributeError:
        return None
    lines = [line.encode() for line in _lines(source)]
    if first == last:
        return lines[first][start:end].decode()
    head = lines[first][start:].decode()
    if padded:
        before = lines[first][:start].decode()
        head = "".join(c if c in "\f\t" else " " for c in before) + head
    return "".join([head, *(line.decode() for line in lines[first + 1:last]), lines[last][:end].decode()])


def main():
    """The command line: show the tree of a file, or of standard input."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m ast")
    parser.add_argument("infile", nargs="?", default="-", help="the file to parse; defaults to stdin")
    parser.add_argument("-m", "--mode", default="exec", choices=("exec", "single", "eval", "func_type"),
                        help="specify what kind of code must be parsed")
    parser.add_argument("--no-type-comments", default=True, action="store_false",
                        help="don't add information about type comments")
    parser.add_argument("-a", "--include-attributes", action="store_true",
                        help="include attributes such as line numbers and column offsets")
    parser.add_argument("-i", "--indent", type=int, default=3, help="indentation of nodes (number of spaces)")
    args = parser.parse_args()
    if args.infile == "-":
        name, source = "<stdin>", sys.stdin.buffer.read()
    else:
        name = args.infile
        with open(args.infile, "rb") as infile:
            source = infile.read()
    tree = parse(source, name, args.mode, type_comments=args.no_type_comments)
    print(dump(tree, include_attributes=args.include_attributes, indent=args.indent))
