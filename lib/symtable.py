"""The compiler's symbol tables: which names a program's scopes have, and where each belongs.

`symtable(text, filename, 'exec')` gives the table of the module, whose children are those of its functions and classes.
"""
import _symtable
from enum import StrEnum

__all__ = ["symtable", "SymbolTableType", "SymbolTable", "Class", "Function", "Symbol"]

# What a scope does with a name ...
USE, DEF_GLOBAL, DEF_NONLOCAL, DEF_LOCAL, DEF_PARAM, DEF_IMPORT, DEF_ANNOT = 16, 1, 8, 2, 4, 128, 256
DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT
# ... and, in front of these bits, where the name belongs.
SCOPE_OFF, SCOPE_MASK = 12, 15
LOCAL, GLOBAL_EXPLICIT, GLOBAL_IMPLICIT, FREE, CELL = 1, 2, 3, 4, 5

_flags = [(name, globals()[name]) for name in ("USE", "DEF_GLOBAL", "DEF_NONLOCAL", "DEF_LOCAL", "DEF_PARAM",
                                               "DEF_IMPORT", "DEF_BOUND", "DEF_ANNOT")]
_scopes_names = ("FREE", "LOCAL", "GLOBAL_IMPLICIT", "GLOBAL_EXPLICIT", "CELL")
_scopes_value_to_name = {globals()[name]: name for name in _scopes_names}


class SymbolTableType(StrEnum):
    """What kind of scope a table is of."""
    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    ANNOTATION = "annotation"
    TYPE_ALIAS = "type alias"
    TYPE_PARAMETERS = "type parameters"
    TYPE_VARIABLE = "type variable"


# By the numbers that the compiler gives them.
_TYPES = [SymbolTableType.FUNCTION, SymbolTableType.CLASS, SymbolTableType.MODULE, SymbolTableType.ANNOTATION,
          SymbolTableType.TYPE_ALIAS, SymbolTableType.TYPE_PARAMETERS, SymbolTableType.TYPE_VARIABLE]


def symtable(code, filename, compile_type):
    """The table of a program's text; compile_type is 'exec', 'eval' or 'single', as for compile()."""
    return _newSymbolTable(_symtable.symtable(code, filename, compile_type), filename)


class SymbolTableFactory:
    """Makes the table of a scope, an instance of the class for its kind."""

    def new(self, table, filename):
        kind = _TYPES[table[0]]
        cls = {SymbolTableType.FUNCTION: Function, SymbolTableType.CLASS: Class}.get(kind, SymbolTable)
        return cls(table, filename)

    def __call__(self, table, filename):
        return self.new(table, filename)


_newSymbolTable = SymbolTableFactory()


class SymbolTable:
    """The names of a scope."""

    def __init__(self, raw_table, filename):
        self._table = raw_table
        self._filename = filename
        self._type, self._name, self._line, self._nested, self._flags, self._inside = raw_table
        self._symbols = {}
        self._children = None

    def __repr__(self):
        kind = "" if self.__class__ is SymbolTable else self.__class__.__name__ + " "
        what = f"module {self._filename}" if self._name == "top" else f"{self._name} in {self._filename}"
        return f"<{kind}SymbolTable for {what}>"

    def get_type(self):
        """A member of SymbolTableType."""
        return _TYPES[self._type]

    def get_id(self):
        """A number that no other table has."""
        return id(self._table)

    def get_name(self):
        """The name of the class or function; 'top' for a module, 'lambda', 'genexpr'."""
        return self._name

    def get_lineno(self):
        """The line on which the scope begins; 0 for a module."""
        return self._line

    def is_optimized(self):
        """Are its local names variables rather than keys of a dict?"""
        return _TYPES[self._type] is SymbolTableType.FUNCTION

    def is_nested(self):
        """Is it inside a function?"""
        return self._nested

    def has_children(self):
        """Are there scopes inside?"""
        return bool(self._inside)

    def get_identifiers(self):
        """The names, as a view of a dict's keys."""
        return self._flags.keys()

    def lookup(self, name):
        """The Symbol of a name; KeyError if the scope does not mention it."""
        symbol = self._symbols.get(name)
        if symbol is None:
            flags = self._flags[name]
            symbol = self._symbols[name] = Symbol(name, flags, self._namespaces(name),
                                                  module_scope=self._name == "top")
        return symbol

    def get_symbols(self):
        """The Symbols of all names."""
        return [self.lookup(name) for name in self.get_identifiers()]

    def get_children(self):
        """The tables of the scopes inside."""
        if self._children is None:
            self._children = [_newSymbolTable(table, self._filename) for table in self._inside]
        return list(self._children)

    def _namespaces(self, name):
        return [child for child in self.get_children() if child.get_name() == name]

    def _names(self, wanted):
        """The names whose (scope, flags) are wanted."""
        return tuple(name for name, flags in self._flags.items() if wanted(flags >> SCOPE_OFF & SCOPE_MASK, flags))


class Function(SymbolTable):
    """The names of a function."""

    def get_parameters(self):
        """The names of its parameters."""
        return self._names(lambda scope, flags: flags & DEF_PARAM)

    def get_locals(self):
        """The names that are bound in it and in no other scope."""
        return self._names(lambda scope, flags: scope in (LOCAL, CELL))

    def get_globals(self):
        """The global names that it uses."""
        return self._names(lambda scope, flags: scope in (GLOBAL_IMPLICIT, GLOBAL_EXPLICIT))

    def get_nonlocals(self):
        """The names that it declares nonlocal."""
        return self._names(lambda scope, flags: flags & DEF_NONLOCAL)

    def get_frees(self):
        """The names that it takes from the functions around it."""
        return self._names(lambda scope, flags: scope == FREE)


class Class(SymbolTable):
    """The names of a class."""

    def get_methods(self):
        """The names of the functions defined in it."""
        methods = {}
        for child in self.get_children():
            name = child.get_name()
            if self._flags.get(name, 0) >> SCOPE_OFF & SCOPE_MASK != LOCAL:
                continue
            if child.get_type() is SymbolTableType.TYPE_PARAMETERS:
                child = next((inner for inner in child.get_children() if inner.get_name() == name), child)
            if child.get_type() is SymbolTableType.FUNCTION:
                methods[name] = True
        return tuple(methods)


class Symbol:
    """A name in a scope."""

    def __init__(self, name, flags, namespaces=None, *, module_scope=False):
        self.__name = name
        self.__flags = flags
        self.__scope = flags >> SCOPE_OFF & SCOPE_MASK
        self.__namespaces = namespaces or ()
        self.__module_scope = module_scope

    def __repr__(self):
        return f"<symbol {self.__name!r}: {self._scope_str()}, {'|'.join(self._flags_str())}>"

    def _scope_str(self):
        return _scopes_value_to_name.get(self.__scope) or str(self.__scope)

    def _flags_str(self):
        return [name for name, value in _flags if self.__flags & value == value]

    def get_name(self):
        """The name."""
        return self.__name

    def is_referenced(self):
        """Is it read?"""
        return bool(self.__flags & USE)

    def is_parameter(self):
        """Is it a parameter?"""
        return bool(self.__flags & DEF_PARAM)

    def is_global(self):
        """Is it a global name?"""
        return self.__scope in (GLOBAL_IMPLICIT, GLOBAL_EXPLICIT) or self.__at_top()

    def is_nonlocal(self):
        """Does a statement declare it nonlocal?"""
        return bool(self.__flags & DEF_NONLOCAL)

    def is_declared_global(self):
        """Does a statement declare it global?"""
        return self.__scope == GLOBAL_EXPLICIT

    def is_local(self):
        """Is it bound in this scope?"""
        return self.__scope in (LOCAL, CELL) or self.__at_top()

    def __at_top(self):
        return self.__module_scope and bool(self.__flags & DEF_BOUND)

    def is_annotated(self):
        """Has it an annotation?"""
        return bool(self.__flags & DEF_ANNOT)

    def is_free(self):
        """Is it bound in a function around this scope?"""
        return self.__scope == FREE

    def is_imported(self):
        """Does an import statement bind it?"""
        return bool(self.__flags & DEF_IMPORT)

    def is_assigned(self):
        """Is it assigned to?"""
        return bool(self.__flags & DEF_LOCAL)

    def is_namespace(self):
        """Is it the name of a function or class that is defined here?"""
        return bool(self.__namespaces)

    def get_namespaces(self):
        """The tables of the functions and classes of this name."""
        return self.__namespaces

    def get_namespace(self):
        """The one table of this name; ValueError if there is none, or another."""
        if len(self.__namespaces) == 0:
            raise ValueError("name is not bound to any namespaces")
        if len(self.__namespaces) > 1:
            raise ValueError("name is bound to multiple namespaces")
        return self.__namespaces[0]


def _print(table, depth=0):
    indent = "    " * depth
    nested = "nested " if table.is_nested() else ""
    what = f"from file {table._filename!r}" if table.get_name() == "top" else f"{table.get_name()!r}"
    print(f"{indent}{nested}symbol table for {table.get_type()} {what}:")
    for symbol in table.get_symbols():
        flags = ", ".join(symbol._flags_str()).lower()
        print(f"{indent}    {symbol._scope_str().lower()} symbol {symbol.get_name()!r}: {flags}")
    print()
    for child in table.get_children():
        _print(child, depth + 1)


def main(args):
    """Print the tables of the files that are named, or of standard input."""
    import sys
    for name in args or ["-"]:
        if name == "-":
            text, name = sys.stdin.read(), "<stdin>"
        else:
            with open(name, "rb") as file:
                text = file.read()
        _print(symtable(text, name, "exec"))


if __name__ == "__main__":
    import sys
    main(sys.argv[1:])
