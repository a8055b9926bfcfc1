"""_ast: the classes of the nodes in the module ast, under the name that CPython's parser has them under."""

import ast as _module

_OLD = ("AugLoad", "AugStore", "ExtSlice", "Index", "Param", "Suite", "slice")  # which the parser does not make

globals().update({
    name: value for name, value in vars(_module).items()
    if name.startswith("PyCF_") or isinstance(value, type) and issubclass(value, _module.AST) and name not in _OLD
})
