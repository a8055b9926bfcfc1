"""Text from a syntax tree: the work of ast.unparse.

Each kind of node has a method of its name, which writes it to the end of the text. An expression is written at a
level: how tightly what surrounds it binds. One that binds less tightly is put into parentheses.
"""

from enum import IntEnum, auto


class Level(IntEnum):
    """How tightly an expression binds, from the loosest on."""

    NAMED = auto()
    TUPLE = auto()
    YIELD = auto()
    TEST = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    COMPARE = auto()
    BIT_OR = auto()
    BIT_XOR = auto()
    BIT_AND = auto()
    SHIFT = auto()
    SUM = auto()
    TERM = auto()
    FACTOR = auto()
    POWER = auto()
    AWAIT = auto()
    ATOM = auto()

    def tighter(self):
        """The next level, if there is one."""
        return Level(min(self + 1, Level.ATOM))


BINARY = {
    "Add": ("+", Level.SUM),
    "Sub": ("-", Level.SUM),
    "Mult": ("*", Level.TERM),
    "MatMult": ("@", Level.TERM),
    "Div": ("/", Level.TERM),
    "Mod": ("%", Level.TERM),
    "FloorDiv": ("//", Level.TERM),
    "LShift": ("<<", Level.SHIFT),
    "RShift": (">>", Level.SHIFT),
    "BitOr": ("|", Level.BIT_OR),
    "BitXor": ("^", Level.BIT_XOR),
    "BitAnd": ("&", Level.BIT_AND),
    "Pow": ("**", Level.POWER),
}
UNARY = {
    "Invert": ("~", Level.FACTOR),
    "Not": ("not ", Level.NOT),
    "UAdd": ("+", Level.FACTOR),
    "USub": ("-", Level.FACTOR),
}
COMPARISONS = {
    "Eq": "==",
    "NotEq": "!=",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
}

LONG_QUOTES = '"""', "'''"
QUOTES = "'", '"', *LONG_QUOTES
INFINITY = "1e309"  # a literal that is read as infinity


def kind_of(node):
    """The name of a node's kind, for nodes of classes derived from ast's, too."""
    for cls in type(node).__mro__:
        if cls.__module__ == "ast":
            return cls.__name__
    return type(node).__name__


def number_text(value):
    """A number as a literal; there are none for infinity and nan."""
    return repr(value).replace("inf", INFINITY).replace("nan", f"({INFINITY}-{INFINITY})")


def escaped(text, whitespace):
    """`text` with escapes for what cannot be printed; `whitespace`: for tabs and newlines, too."""
    return "".join(
        c if c in "\n\t" and not whitespace or c != "\\" and c.isprintable() else c.encode("unicode_escape").decode()
        for c in text
    )


def quotable(text, quotes, whitespace=False):
    """(the inside of a literal of `text`, the quotes that may stand around it, the best first), of `quotes`."""
    inside = escaped(text, whitespace)
    possible = [q for q in (LONG_QUOTES if "\n" in inside else quotes) if q in quotes and q not in inside]
    if not possible:
        literal = repr(text)
        return literal[1:-1], [next((q for q in quotes if literal[0] in q), literal[0])]
    if inside:
        possible.sort(key=lambda quote: quote[0] == inside[-1])  # `"""` must not follow a `"`
        if possible[0][0] == inside[-1]:
            inside = f"{inside[:-1]}\\{inside[-1]}"
    return inside, possible


class Unparser:
    """Writes nodes as text, piece by piece."""

    def __init__(self):
        self.pieces = []
        self.indent = 0

    def text_of(self, node):
        """The text of a node, or of a list of statements."""
        self.pieces = []
        if isinstance(node, list):
            self.statements(node)
        else:
            node._fields  # what is no node has none
            self.write(node)
        return "".join(self.pieces)

    # --- writing ---

    def put(self, *texts):
        """Add texts to the end."""
        self.pieces.extend(texts)

    def line(self, text=""):
        """Begin a line."""
        if self.pieces:
            self.put("\n")
        self.put("    " * self.indent, text)

    def write(self, node, level=Level.TEST):
        """Write a node at a level."""
        method = getattr(self, kind_of(node), None)
        if method is None:
            self.unknown(node)
        else:
            method(node, level)

    def unknown(self, node):
        """A node of no kind that there is: what it holds."""
        for name in getattr(node, "_fields", ()):
            value = getattr(node, name, None)
            for item in value if isinstance(value, list) else [value]:
                if hasattr(item, "_fields"):
                    self.write(item)

    def row(self, nodes, level=Level.TEST, separator=", "):
        """Write nodes with something between them."""
        for i, node in enumerate(nodes):
            if i:
                self.put(separator)
            self.write(node, level)

    def statements(self, nodes):
        """Write statements, one below the other."""
        for node in nodes:
            self.write(node)

    def block(self, body, *, head=None):
        """Write `:` and an indented body. `head`: the node whose docstring and type comment it may begin with."""
        self.put(":")
        if head is not None and (comment := self.type_comment(head)):
            self.put(comment)
        self.indent += 1
        if head is not None:
            self.documented(head)
        else:
            self.statements(body)
        self.indent -= 1

    def documented(self, node):
        """Write the body of a module, class or function, its docstring as such."""
        body = node.body
        first = body[0] if body else None
        text = kind_of(first) == "Expr" and kind_of(first.value) == "Constant" and isinstance(first.value.value, str)
        if text:
            self.line()
            if first.value.kind == "u":
                self.put("u")
            inside, quotes = quotable(first.value.value, LONG_QUOTES)
            self.put(quotes[0], inside, quotes[0])
            body = body[1:]
        self.statements(body)

    def type_comment(self, node):
        """The comment of a statement's type, or of what is ignored in its line."""
        comment = self.ignored.get(node.lineno) if self.ignored and hasattr(node, "lineno") else None
        comment = comment or getattr(node, "type_comment", None)
        return f" # type: {comment}" if comment else ""

    ignored = None  # {line: tag}, of a module's type_ignores

    # --- roots ---

    def Module(self, node, level):
        """A module."""
        self.ignored = {ignore.lineno: f"ignore{ignore.tag}" for ignore in node.type_ignores}
        self.documented(node)
        self.ignored = None

    def Interactive(self, node, level):
        """A statement at the prompt."""
        self.statements(node.body)

    def Expression(self, node, level):
        """An expression alone."""
        self.write(node.body)

    def FunctionType(self, node, level):
        """A function's type comment."""
        self.put("(")
        self.row(node.argtypes)
        self.put(") -> ")
        self.write(node.returns)

    # --- simple statements ---

    def Expr(self, node, level):
        """An expression as a statement."""
        self.line()
        self.write(node.value, Level.YIELD)

    def Assign(self, node, level):
        """target = value"""
        self.line()
        for target in node.targets:
            self.write(target, Level.TUPLE)
            self.put(" = ")
        self.write(node.value)
        self.put(self.type_comment(node))

    def AugAssign(self, node, level):
        """target += value"""
        self.line()
        self.write(node.target)
        self.put(f" {BINARY[kind_of(node.op)][0]}= ")
        self.write(node.value)

    def AnnAssign(self, node, level):
        """target: annotation = value"""
        self.line()
        bare = node.simple or kind_of(node.target) != "Name"
        if not bare:
            self.put("(")
        self.write(node.target)
        self.put(": " if bare else "): ")
        self.write(node.annotation)
        if node.value:
            self.put(" = ")
            self.write(node.value)

    def TypeAlias(self, node, level):
        """type name = value"""
        self.line("type ")
        self.write(node.name)
        self.type_parameters(node)
        self.put(" = ")
        self.write(node.value)

    def Return(self, node, level):
        """return value"""
        self.line("return")
        if node.value:
            self.put(" ")
            self.write(node.value)

    def Delete(self, node, level):
        """del targets"""
        self.line("del ")
        self.row(node.targets)

    def Raise(self, node, level):
        """raise exc from cause"""
        self.line("raise")
        if not node.exc:
            if node.cause:
                raise ValueError("Node can't be used without a value attribute.")
            return
        self.put(" ")
        self.write(node.exc)
        if node.cause:
            self.put(" from ")
            self.write(node.cause)

    def Assert(self, node, level):
        """assert test, message"""
        self.line("assert ")
        self.write(node.test)
        if node.msg:
            self.put(", ")
            self.write(node.msg)

    def Import(self, node, level):
        """import names"""
        self.line("import ")
        self.row(node.names)

    def ImportFrom(self, node, level):
        """from module import names"""
        self.line("from ")
        self.put("." * (node.level or 0), node.module or "", " import ")
        self.row(node.names)

    def alias(self, node, level):
        """name as asname"""
        self.put(node.name)
        if node.asname:
            self.put(" as ", node.asname)

    def Global(self, node, level):
        """global names"""
        self.line("global ")
        self.put(", ".join(node.names))

    def Nonlocal(self, node, level):
        """nonlocal names"""
        self.line("nonlocal ")
        self.put(", ".join(node.names))

    def Pass(self, node, level):
        """pass"""
        self.line("pass")

    def Break(self, node, level):
        """break"""
        self.line("break")

    def Continue(self, node, level):
        """continue"""
        self.line("continue")

    # --- compound statements ---

    def If(self, node, level):
        """if, elif, else. A chain of elif is followed in a loop."""
        self.line("if ")
        self.write(node.test)
        self.block(node.body)
        while len(node.orelse) == 1 and kind_of(node.orelse[0]) == "If":
            node = node.orelse[0]
            self.line("elif ")
            self.write(node.test)
            self.block(node.body)
        self.otherwise(node.orelse)

    def otherwise(self, body, word="else"):
        """else, or another word, and its body, if there is one."""
        if body:
            self.line(word)
            self.block(body)

    def While(self, node, level):
        """while"""
        self.line("while ")
        self.write(node.test)
        self.block(node.body)
        self.otherwise(node.orelse)

    def For(self, node, level, word="for "):
        """for"""
        self.line(word)
        self.write(node.target, Level.TUPLE)
        self.put(" in ")
        self.write(node.iter)
        self.commented_block(node)
        self.otherwise(node.orelse)

    def AsyncFor(self, node, level):
        """async for"""
        self.For(node, level, "async for ")

    def With(self, node, level, word="with "):
        """with"""
        self.line(word)
        self.row(node.items)
        self.commented_block(node)

    def AsyncWith(self, node, level):
        """async with"""
        self.With(node, level, "async with ")

    def commented_block(self, node):
        """A body behind a type comment."""
        self.put(":", self.type_comment(node))
        self.indent += 1
        self.statements(node.body)
        self.indent -= 1

    def withitem(self, node, level):
        """expression as target"""
        self.write(node.context_expr)
        if node.optional_vars:
            self.put(" as ")
            self.write(node.optional_vars)

    def Try(self, node, level, star=""):
        """try"""
        self.line("try")
        self.block(node.body)
        for handler in node.handlers:
            self.line(f"except{star}")
            if handler.type:
                self.put(" ")
                self.write(handler.type)
            if handler.name:
                self.put(" as ", handler.name)
            self.block(handler.body)
        self.otherwise(node.orelse)
        self.otherwise(node.finalbody, "finally")

    def TryStar(self, node, level):
        """try with except*"""
        self.Try(node, level, "*")

    def ExceptHandler(self, node, level):
        """except, apart from its try."""
        self.line("except")
        if node.type:
            self.put(" ")
            self.write(node.type)
        if node.name:
            self.put(" as ", node.name)
        self.block(node.body)

    def decorated(self, node):
        """An empty line, and the decorators."""
        if self.pieces:
            self.put("\n")
        for decorator in node.decorator_list:
            self.line("@")
            self.write(decorator)

    def ClassDef(self, node, level):
        """class"""
        self.decorated(node)
        self.line(f"class {node.name}")
        self.type_parameters(node)
        if node.bases or node.keywords:
            self.put("(")
            self.row([*node.bases, *node.keywords])
            self.put(")")
        self.block(node.body, head=node)

    def FunctionDef(self, node, level, word="def "):
        """def"""
        self.decorated(node)
        self.line(f"{word}{node.name}")
        self.type_parameters(node)
        self.put("(")
        self.write(node.args)
        self.put(")")
        if node.returns:
            self.put(" -> ")
            self.write(node.returns)
        self.block(node.body, head=node)

    def AsyncFunctionDef(self, node, level):
        """async def"""
        self.FunctionDef(node, level, "async def ")

    def arguments(self, node, level):
        """The parameters of a function."""
        plain = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(plain) - len(node.defaults)) + node.defaults
        parts = [(arg, default, "") for arg, default in zip(plain, defaults)]
        if node.posonlyargs:
            parts.insert(len(node.posonlyargs), ("/", None, ""))
        if node.vararg or node.kwonlyargs:
            parts.append((node.vararg, None, "*"))
        parts += [(arg, default, "") for arg, default in zip(node.kwonlyargs, node.kw_defaults)]
        if node.kwarg:
            parts.append((node.kwarg, None, "**"))
        for i, (arg, default, stars) in enumerate(parts):
            self.put(", " if i else "", stars)
            if isinstance(arg, str):
                self.put(arg)
            elif arg:
                self.write(arg)
            if default:
                self.put("=")
                self.write(default)

    def arg(self, node, level):
        """A parameter."""
        self.put(node.arg)
        if node.annotation:
            self.put(": ")
            self.write(node.annotation)

    def type_parameters(self, node):
        """[T, *Ts, **P], if there are any."""
        if node.type_params:
            self.put("[")
            self.row(node.type_params)
            self.put("]")

    def TypeVar(self, node, level):
        """A type variable."""
        self.put(node.name)
        if node.bound:
            self.put(": ")
            self.write(node.bound)
        self.type_default(node)

    def TypeVarTuple(self, node, level):
        """*Ts"""
        self.put("*", node.name)
        self.type_default(node)

    def ParamSpec(self, node, level):
        """**P"""
        self.put("**", node.name)
        self.type_default(node)

    def type_default(self, node):
        """= default, if there is one."""
        if node.default_value:
            self.put(" = ")
            self.write(node.default_value)

    # --- match ---

    def Match(self, node, level):
        """match"""
        self.line("match ")
        self.write(node.subject)
        self.put(":")
        self.indent += 1
        self.statements(node.cases)
        self.indent -= 1

    def match_case(self, node, level):
        """case"""
        self.line("case ")
        self.write(node.pattern)
        if node.guard:
            self.put(" if ")
            self.write(node.guard)
        self.block(node.body)

    def MatchValue(self, node, level):
        """A literal or a dotted name."""
        self.write(node.value)

    def MatchSingleton(self, node, level):
        """None, True or False."""
        self.put(repr(node.value))

    def MatchSequence(self, node, level):
        """[patterns]"""
        self.put("[")
        self.row(node.patterns)
        self.put("]")

    def MatchStar(self, node, level):
        """*name"""
        self.put("*", node.name or "_")

    def MatchMapping(self, node, level):
        """{key: pattern, **rest}"""
        self.put("{")
        for i, (key, pattern) in enumerate(zip(node.keys, node.patterns)):
            self.put(", " if i else "")
            self.write(key)
            self.put(": ")
            self.write(pattern)
        if node.rest is not None:
            self.put(", **" if node.keys else "**", node.rest)
        self.put("}")

    def MatchClass(self, node, level):
        """Class(patterns, name=pattern)"""
        self.write(node.cls, Level.ATOM)
        self.put("(")
        self.row(node.patterns)
        for i, (name, pattern) in enumerate(zip(node.kwd_attrs, node.kwd_patterns)):
            self.put(", " if i or node.patterns else "", name, "=")
            self.write(pattern)
        self.put(")")

    def MatchAs(self, node, level):
        """pattern as name, or a name alone."""
        if node.name is None:
            self.put("_")
        elif node.pattern is None:
            self.put(node.name)
        else:
            self.enclose(level > Level.TEST, lambda: self.named_pattern(node))

    def named_pattern(self, node):
        """pattern as name"""
        self.write(node.pattern, Level.BIT_OR)
        self.put(" as ", node.name)

    def MatchOr(self, node, level):
        """pattern | pattern"""
        self.enclose(level > Level.BIT_OR, lambda: self.row(node.patterns, Level.BIT_OR.tighter(), " | "))

    # --- expressions ---

    def enclose(self, needed, write):
        """Write something, in parentheses if they are needed."""
        if needed:
            self.put("(")
        write()
        if needed:
            self.put(")")

    def NamedExpr(self, node, level):
        """(target := value)"""
        self.enclose(level > Level.NAMED, lambda: self.row((node.target, node.value), Level.ATOM, " := "))

    def Tuple(self, node, level):
        """A tuple."""
        self.enclose(not node.elts or level > Level.TUPLE, lambda: self.items(node.elts))

    def items(self, nodes):
        """The inside of a tuple."""
        self.row(nodes)
        if len(nodes) == 1:
            self.put(",")

    def Yield(self, node, level):
        """yield value"""
        self.enclose(level > Level.YIELD, lambda: self.word("yield", node.value))

    def YieldFrom(self, node, level):
        """yield from value"""
        if not node.value:
            raise ValueError("Node can't be used without a value attribute.")
        self.enclose(level > Level.YIELD, lambda: self.word("yield from", node.value))

    def Await(self, node, level):
        """await value"""
        if not node.value:
            raise ValueError("Node can't be used without a value attribute.")
        self.enclose(level > Level.AWAIT, lambda: self.word("await", node.value))

    def word(self, word, value):
        """A word and an operand, if there is one."""
        self.put(word)
        if value:
            self.put(" ")
            self.write(value, Level.ATOM)

    def IfExp(self, node, level):
        """body if test else orelse"""
        def write():
            self.row((node.body, node.test), Level.TEST.tighter(), " if ")
            self.put(" else ")
            self.write(node.orelse, Level.TEST)

        self.enclose(level > Level.TEST, write)

    def Lambda(self, node, level):
        """lambda"""
        def write():
            self.put("lambda")
            length = len(self.pieces)
            self.write(node.args)
            if len(self.pieces) > length:
                self.pieces.insert(length, " ")
            self.put(": ")
            self.write(node.body, Level.TEST)

        self.enclose(level > Level.TEST, write)

    def BoolOp(self, node, level):
        """and, or. Each operand is written at a tighter level than the one before."""
        word, own = ("and", Level.AND) if kind_of(node.op) == "And" else ("or", Level.OR)

        def write():
            operand = own
            for i, value in enumerate(node.values):
                operand = operand.tighter()
                self.put(f" {word} " if i else "")
                self.write(value, operand)

        self.enclose(level > own, write)

    def UnaryOp(self, node, level):
        """A sign, ~ or not."""
        text, own = UNARY[kind_of(node.op)]

        def write():
            self.put(text)
            self.write(node.operand, own)

        self.enclose(level > own, write)

    def BinOp(self, node, level):
        """left op right. Chains to the left are followed in a loop."""
        chain = []
        while kind_of(node) == "BinOp":
            text, own = BINARY[kind_of(node.op)]
            power = text == "**"
            chain.append((node, text, own, level > own))
            level = own.tighter() if power else own
            node = node.left
        self.put("(" * sum(enclosed for *_, enclosed in chain))
        self.write(node, level)
        for node, text, own, enclosed in reversed(chain):
            self.put(f" {text} ")
            self.write(node.right, own if text == "**" else own.tighter())
            self.put(")" if enclosed else "")

    def Compare(self, node, level):
        """left < right ..."""
        def write():
            operand = Level.COMPARE.tighter()
            self.write(node.left, operand)
            for op, right in zip(node.ops, node.comparators):
                self.put(f" {COMPARISONS[kind_of(op)]} ")
                self.write(right, operand)

        self.enclose(level > Level.COMPARE, write)

    def Call(self, node, level):
        """func(args)"""
        self.write(node.func, Level.ATOM)
        self.put("(")
        self.row([*node.args, *node.keywords])
        self.put(")")

    def keyword(self, node, level):
        """name=value, **value"""
        self.put("**" if node.arg is None else f"{node.arg}=")
        self.write(node.value)

    def Starred(self, node, level):
        """*value"""
        self.put("*")
        self.write(node.value, Level.BIT_OR)

    def Attribute(self, node, level):
        """value.attr"""
        self.write(node.value, Level.ATOM)
        if kind_of(node.value) == "Constant" and isinstance(node.value.value, int):
            self.put(" ")  # or it would be a fraction's point
        self.put(".", node.attr)

    def Subscript(self, node, level):
        """value[slice]"""
        self.write(node.value, Level.ATOM)
        self.put("[")
        if kind_of(node.slice) == "Tuple" and node.slice.elts:
            self.items(node.slice.elts)
        else:
            self.write(node.slice)
        self.put("]")

    def Slice(self, node, level):
        """lower:upper:step"""
        if node.lower:
            self.write(node.lower)
        self.put(":")
        if node.upper:
            self.write(node.upper)
        if node.step:
            self.put(":")
            self.write(node.step)

    def Name(self, node, level):
        """A name."""
        self.put(node.id)

    def List(self, node, level):
        """[elements]"""
        self.put("[")
        self.row(node.elts)
        self.put("]")

    def Set(self, node, level):
        """{elements}; there is no literal of an empty one."""
        self.put("{")
        if node.elts:
            self.row(node.elts)
        else:
            self.put("*()")
        self.put("}")

    def Dict(self, node, level):
        """{key: value, **value}"""
        self.put("{")
        for i, (key, value) in enumerate(zip(node.keys, node.values)):
            self.put(", " if i else "")
            if key is None:
                self.put("**")
                self.write(value, Level.BIT_OR)
            else:
                self.write(key)
                self.put(": ")
                self.write(value)
        self.put("}")

    def ListComp(self, node, level):
        """[element for ...]"""
        self.comprehended("[", node, "]")

    def SetComp(self, node, level):
        """{element for ...}"""
        self.comprehended("{", node, "}")

    def GeneratorExp(self, node, level):
        """(element for ...)"""
        self.comprehended("(", node, ")")

    def comprehended(self, start, node, end):
        """An element and its loops."""
        self.put(start)
        self.write(node.elt)
        self.row(node.generators, separator="")
        self.put(end)

    def DictComp(self, node, level):
        """{key: value for ...}"""
        self.put("{")
        self.write(node.key)
        self.put(": ")
        self.write(node.value)
        self.row(node.generators, separator="")
        self.put("}")

    def comprehension(self, node, level):
        """A loop of a comprehension with its conditions."""
        self.put(" async for " if node.is_async else " for ")
        self.write(node.target, Level.TUPLE)
        self.put(" in ")
        for i, part in enumerate((node.iter, *node.ifs)):
            self.put(" if " if i else "")
            self.write(part, Level.TEST.tighter())

    # --- literals ---

    def Constant(self, node, level):
        """A literal."""
        value = node.value
        if isinstance(value, tuple):
            self.put("(", ", ".join(self.constant_text(item) for item in value), ",)" if len(value) == 1 else ")")
        else:
            self.put("u" if node.kind == "u" else "", self.constant_text(value))

    @staticmethod
    def constant_text(value):
        """A constant's value as text."""
        if value is ...:
            return "..."
        return number_text(value) if isinstance(value, (float, complex)) else repr(value)

    def JoinedStr(self, node, level):
        """An f-string, in quotes that stand nowhere in its text."""
        parts = self.fstring_parts(node)
        quotes, inside = list(QUOTES), []
        for text, literal in parts:
            if literal:
                text, possible = quotable(text, quotes, whitespace=True)
                if not set(possible) & set(quotes):
                    break
                quotes = possible
            elif "\n" in text:
                quotes = [q for q in quotes if q in LONG_QUOTES]
            inside.append(text)
        else:
            self.put("f", quotes[0], *inside, quotes[0])
            return
        # No quotes will do: what is in the literal parts is escaped as repr() does it.
        inside = [repr('"' + text)[2:-1] if literal else text for text, literal in parts]
        self.put("f", "'", *inside, "'")

    def fstring_parts(self, node):
        """[(text, whether it is literal)] of an f-string or a format specification."""
        parts = []
        for value in node.values:
            kind = kind_of(value)
            if kind == "Constant":
                parts.append((value.value.replace("{", "{{").replace("}", "}}"), True))
            elif kind == "JoinedStr":
                parts += self.fstring_parts(value)
            else:
                parts.append((self.replacement_text(value), False))
        return parts

    def replacement_text(self, node):
        """{value!conversion:specification}"""
        writer = type(self)()
        writer.write(node.value, Level.TEST.tighter())
        text = "".join(writer.pieces)
        text = f"{{{' ' if text.startswith('{') else ''}{text}"
        if node.conversion != -1:
            text += f"!{chr(node.conversion)}"
        if node.format_spec:
            text += ":" + "".join(part for part, literal in self.fstring_parts(node.format_spec))
        return text + "}"

    def FormattedValue(self, node, level):
        """A replacement field, apart from its f-string."""
        self.put("f'", self.replacement_text(node), "'")
