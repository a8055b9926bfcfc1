"""help(): the documentation of an object as text, in short form. `python -m pydoc NAME ...` prints that of modules,
classes and functions, or of the modules in files."""

import builtins
import inspect

__all__ = ["help", "render_doc", "getdoc"]

_LINE = "-" * 70


def getdoc(thing):
    """The docstring with its common indentation taken away, or ''."""
    text = inspect.getdoc(thing)
    return (text or "").rstrip() if isinstance(text, str | None) else ""


def _indent(text, prefix="    "):
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))


def _class_name(cls, module):
    return cls.__qualname__ if cls.__module__ == module else f"{cls.__module__}.{cls.__qualname__}"


def _signature(thing):
    """What stands behind a callable's name, or None."""
    try:
        return str(inspect.signature(thing))
    except (ValueError, TypeError):
        return None


def _document_routine(thing, name=None, note=""):
    real = getattr(thing, "__name__", name)
    name = name or real
    title = name if name == real else f"{name} = {real}"
    signature = _signature(thing)
    if real == "<lambda>":
        title, signature = f"{name} lambda", (signature or "(...)")[1:-1]
    text = title + (signature or "(...)") + note
    doc = getdoc(thing)
    return f"{text}\n{_indent(doc)}" if doc else text


def _attributes(cls):
    """(name, kind, class that defines it, object) of every attribute that help shows."""
    hidden = {"__doc__", "__module__", "__name__", "__qualname__", "__slots__", "__static_attributes__",
              "__firstlineno__", "__match_args__", "__annotations__", "__orig_bases__", "__type_params__"}
    for item in inspect.classify_class_attrs(cls):
        if item.name in hidden:
            continue
        private = item.name.startswith("_") and not (item.name.startswith("__") and item.name.endswith("__"))
        if not private:
            yield item


def _document_attribute(item, kind):
    if "method" in kind:
        note = " from " + _class_name(item.defining_class, None) if kind == "class method" else ""
        thing = item.object
        if kind in ("class method", "static method"):
            thing = getattr(item.defining_class, item.name, thing)
        if not callable(thing):
            return item.name
        return _document_routine(thing, item.name, note)
    if kind == "data":
        text = f"{item.name} = {item.object!r}"
        return text if len(text) <= 72 else text[:69] + "..."
    doc = getdoc(item.object)
    return f"{item.name}\n{_indent(doc)}" if doc else item.name


_SECTIONS = [
    ("Methods", "method"),
    ("Class methods", "class method"),
    ("Static methods", "static method"),
    ("Readonly properties", "readonly property"),
    ("Data descriptors", "data descriptor"),
    ("Data and other attributes", "data"),
]


def _section_kind(item):
    if item.kind == "property":
        return "readonly property" if item.object.fset is None and item.object.fdel is None else "data descriptor"
    if item.kind == "data" and inspect.isdatadescriptor(item.object):
        return "data descriptor"
    return item.kind


def _document_class(cls, name=None):
    name = name or cls.__name__
    bases = [_class_name(base, cls.__module__) for base in cls.__bases__]
    title = f"class {name}" + (f"({', '.join(bases)})" if bases else "")
    body = []
    signature = _signature(cls)
    if signature and signature != "()":
        body += [name + signature, ""]
    doc = inspect.cleandoc(cls.__doc__) if isinstance(cls.__doc__, str) else ""
    if doc:
        body += [doc, ""]
    mro = inspect.getmro(cls)
    if len(mro) > 2:
        body += ["Method resolution order:"] + ["    " + _class_name(base, cls.__module__) for base in mro] + [""]
    items, first = sorted(_attributes(cls), key=lambda item: item.name), True
    for owner in mro:
        if owner is object and cls is not object:
            continue
        where = "defined here" if owner is cls else f"inherited from {_class_name(owner, cls.__module__)}"
        for heading, kind in _SECTIONS:
            found = [item for item in items if item.defining_class is owner and _section_kind(item) == kind]
            if not found:
                continue
            body += [] if first else [_LINE]
            first = False
            body += [f"{heading} {where}:", ""]
            for item in found:
                body += [_document_attribute(item, kind), ""]
    while body and not body[-1]:
        del body[-1]
    return title + ("\n" + _indent("\n".join(body), " |  ") if body else "")


def _document_module(module):
    summary, _, rest = getdoc(module).partition("\n")
    sections = [("NAME", module.__name__ + (f" - {summary}" if summary else ""))]
    if rest.strip():
        sections.append(("DESCRIPTION", rest.strip("\n")))
    names = getattr(module, "__all__", None)
    public = [name for name in (names or vars(module)) if names or not name.startswith("_")]
    members = sorted((name, getattr(module, name)) for name in public if hasattr(module, name))
    home = lambda thing: names or getattr(thing, "__module__", None) == module.__name__
    classes = [(n, v) for n, v in members if inspect.isclass(v) and home(v)]
    routines = [(n, v) for n, v in members if inspect.isroutine(v) and home(v)]
    data = [(n, v) for n, v in members
            if not (inspect.isclass(v) or inspect.isroutine(v) or inspect.ismodule(v))]
    if classes:
        sections.append(("CLASSES", "\n\n".join(_document_class(v, n) for n, v in classes)))
    if routines:
        sections.append(("FUNCTIONS", "\n\n".join(_document_routine(v, n) for n, v in routines)))
    if data:
        sections.append(("DATA", "\n".join(f"{n} = {v!r}"[:72] for n, v in data)))
    sections.append(("FILE", getattr(module, "__file__", None) or "(built-in)"))
    return "\n\n".join(f"{title}\n{_indent(text)}" for title, text in sections) + "\n"


def _describe(thing):
    if inspect.ismodule(thing):
        return f"module {thing.__name__}"
    if inspect.isclass(thing):
        return f"class {thing.__name__}"
    if inspect.isbuiltin(thing):
        return f"built-in function {thing.__name__}"
    if inspect.isfunction(thing):
        return f"function {thing.__name__}"
    if inspect.ismethod(thing):
        return f"method {thing.__name__}"
    return type(thing).__name__


def render_doc(thing, title="Help on %s:"):
    """The text that help() prints."""
    heading = _describe(thing)
    name = getattr(thing, "__qualname__", "")
    owner, dot, _ = name.rpartition(".")
    if inspect.isroutine(thing) and dot and "<locals>" not in owner:
        heading += f" in {getattr(thing, '__module__', None) or 'builtins'}.{owner}"
    elif not inspect.ismodule(thing) and getattr(thing, "__module__", None):
        heading += f" in module {thing.__module__}"
    if inspect.ismodule(thing):
        body = _document_module(thing)
    elif inspect.isclass(thing):
        body = _document_class(thing) + "\n"
    elif inspect.isroutine(thing):
        body = _document_routine(thing) + "\n"
    else:
        heading += " object"
        body = _document_class(type(thing)) + "\n"
    return f"{title % heading}\n\n{body}"


def _locate(path):
    """The object of a dotted name, None if there is none."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        try:
            thing = __import__(".".join(parts[:count]), fromlist=["*"])
        except ImportError:
            continue
        break
    else:
        thing, count = builtins, 0
    for part in parts[count:]:
        thing = getattr(thing, part, None)
    return thing


def _session():
    print("Type the name of a module, class or function, or quit.")
    while True:
        try:
            request = input("help> ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if request in ("q", "quit", "exit", ""):
            return
        help(request)


def help(*requests):
    """Print the documentation of an object, or of what a string names; without arguments, ask for names."""
    if not requests:
        return _session()
    (thing,) = requests
    if isinstance(thing, str):
        found = _locate(thing)
        if found is None:
            print(f"No Python documentation found for {thing!r}.\n"
                  "Use help() to get the interactive help utility.\nUse help(str) for help on the str class.")
            return None
        thing = found
    print(render_doc(thing))


def _import_file(path):
    """The module in a file of source text."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(inspect.getmodulename(path) or "script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cli():
    """python -m pydoc NAME ..."""
    import os
    import sys

    names = sys.argv[1:]
    if not names or names[0].startswith("-"):
        print("usage: python -m pydoc NAME ...\n\nPrint the documentation of modules, classes and functions; a NAME "
              "with a slash is a file.")
        return
    sys.path[:1] = [""]
    missing = False
    for name in names:
        if os.sep in name and not os.path.exists(name):
            sys.exit(f"file {name!r} does not exist")
        thing = _import_file(name) if os.sep in name else _locate(name)
        missing = missing or thing is None
        help(name if thing is None else thing)
    if missing:
        sys.exit(1)


if __name__ == "__main__":
    cli()
