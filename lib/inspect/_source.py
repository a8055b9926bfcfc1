"""Where an object was written: its file, its module, the text of it; trees of classes."""

import sys

from inspect._kinds import isclass, iscode, isframe, isfunction, ismethod, ismodule, istraceback, unwrap

__name__ = 'inspect'  # the home that classes and functions tell

modulesbyfile = {}


# --- files and modules ---

def _wrong_type(object):
    return TypeError('module, class, method, function, traceback, frame, or code object was expected, '
                     f'got {type(object).__name__}')


def getfile(object):
    """The file that an object was defined in."""
    if ismodule(object):
        if getattr(object, '__file__', None):
            return object.__file__
        if _is_library(object):
            return f'<frozen {object.__spec__.name}>'
        raise TypeError(f'{object!r} is a built-in module')
    if isclass(object):
        module = sys.modules.get(object.__module__)
        if getattr(module, '__file__', None):
            return module.__file__
        if _is_library(module):
            return _library_file(object, module)
        if object.__module__ == '__main__':
            raise OSError('source code not available')
        raise TypeError(f'{object!r} is a built-in class')
    return _code_of(object).co_filename


def _is_library(module):
    return getattr(getattr(module, '__spec__', None), 'origin', None) == 'frozen'


def _library_file(cls, module):
    """The name of the library's file that a class stands in, which may be a private one of the package: where its
    methods say that they come from."""
    for value in vars(cls).values():
        value = getattr(value, '__func__', value)
        if isfunction(value) and value.__qualname__.startswith(cls.__qualname__ + '.'):
            if value.__code__.co_filename.startswith('<frozen '):
                return value.__code__.co_filename
    return f'<frozen {module.__spec__.name}>'


def _code_of(object):
    if ismethod(object):
        object = object.__func__
    if isfunction(object):
        object = object.__code__
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    if iscode(object):
        return object
    raise _wrong_type(object)


def getmodulename(path):
    """The module's name that a file's path gives, or None."""
    from _frozen_importlib_external import BYTECODE_SUFFIXES, SOURCE_SUFFIXES
    name = path.rpartition('/')[2]
    for suffix in sorted(SOURCE_SUFFIXES + BYTECODE_SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name[:-len(suffix)]
    return None


def getsourcefile(object):
    """The source file that an object was defined in, or None if there is none to be found."""
    import linecache
    filename = getfile(object)
    if filename in linecache.cache:
        return filename
    if filename.endswith('.pyc'):
        return None
    if linecache.getlines(filename):
        return filename
    module = getmodule(object, filename)
    if getattr(module, '__loader__', None) is not None and not filename.startswith('<'):
        return filename
    return None


def getabsfile(object, _filename=None):
    """The absolute path of an object's file."""
    if _filename is None:
        _filename = getsourcefile(object) or getfile(object)
    import os
    return os.path.normcase(os.path.abspath(_filename))


def getmodule(object, _filename=None):
    """The module that an object was defined in, or None."""
    if ismodule(object):
        return object
    if hasattr(object, '__module__'):
        return sys.modules.get(object.__module__)
    try:
        filename = getfile(object) if _filename is None else _filename
    except (TypeError, OSError):
        return None
    if filename in modulesbyfile:
        return sys.modules.get(modulesbyfile[filename])
    for name, module in list(sys.modules.items()):
        if ismodule(module) and getattr(module, '__file__', None) == filename:
            modulesbyfile[filename] = module.__name__
            return module
    main = sys.modules['__main__']
    name = getattr(object, '__name__', None)
    if name is not None and getattr(main, name, None) is object:
        return main
    return None


# --- source text ---

class EndOfBlock(Exception):
    """The block of lines is complete."""


class ClassFoundException(Exception):
    """The class is found."""


def findsource(object):
    """(all lines of the object's file, the number of its first one, from 0), or OSError."""
    import linecache
    file = getsourcefile(object)
    if file is None:
        file = getfile(object)
        if not (file.startswith('<') and (file.endswith('>') or file.startswith('<stdin>-'))):
            raise OSError('source code not available')
    module = getmodule(object, file)
    lines = linecache.getlines(file, module.__dict__ if module else None)
    if not lines:
        raise OSError('could not get source code')
    if ismodule(object):
        return lines, 0
    if isclass(object):
        try:
            number = vars(object)['__firstlineno__'] - 1
        except (TypeError, KeyError):
            raise OSError('source code not available') from None
        if number >= len(lines):
            raise OSError('lineno is out of bounds')
        return lines, number
    number = _code_of(object).co_firstlineno - 1
    if number >= len(lines):
        raise OSError('lineno is out of bounds')
    return lines, number


def getcomments(object):
    """The comment lines in front of an object, or None."""
    try:
        lines, number = findsource(object)
    except (OSError, TypeError):
        return None
    if ismodule(object):
        start = 1 if lines and lines[0][:2] == '#!' else 0
        while start < len(lines) and lines[start].strip() in ('', '#'):
            start += 1
        end = start
        while end < len(lines) and lines[end][:1] == '#':
            end += 1
        return ''.join([line.expandtabs() for line in lines[start:end]]) if end > start else None
    indent = indentsize(lines[number])
    start = number
    while start > 0 and lines[start - 1].lstrip()[:1] == '#' and indentsize(lines[start - 1]) == indent:
        start -= 1
    comments = [line.expandtabs().lstrip() for line in lines[start:number]]
    while comments and comments[0].strip() == '#':
        comments.pop(0)
    while comments and comments[-1].strip() == '#':
        comments.pop()
    return ''.join(comments) if comments else None


def indentsize(line):
    """The columns of white space that a line begins with."""
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())


class BlockFinder:
    """Finds the end of the definition that a row of lines begins with.

    It is fed lines and keeps what a line can leave open: a triple-quoted string, brackets, a backslash.
    """

    def __init__(self):
        self.quote = None       # of the string that is open
        self.depth = 0          # of brackets
        self.joined = False     # the line before ended in a backslash
        self.indent = None      # of the first line
        self.header = True      # the header of the definition is not complete
        self.is_definition = False
        self.one_line = False
        self.last = 0           # lines that certainly belong to the block

    def feed(self, number, line):
        """Take the next line; EndOfBlock when it does not belong to the block any more."""
        fresh = self.quote is None and self.depth == 0 and not self.joined
        text = line.strip()
        if fresh:
            if not text or text.startswith('#'):
                if not self.header and text and indentsize(line) > self.indent:
                    self.last = number
                return
            self._begin_statement(line, text)
        ended_with = self._scan(line)
        self.last = number
        if self.header and self.quote is None and self.depth == 0 and not self.joined:
            self._end_header(ended_with)

    def _begin_statement(self, line, text):
        if self.indent is None:
            self.indent = indentsize(line)
            self._see_keyword(text)
        elif self.header:
            self._see_keyword(text)
        elif indentsize(line) <= self.indent:
            raise EndOfBlock

    def _see_keyword(self, text):
        self.decorator = text.startswith('@')
        words = text.split(None, 2)
        self.is_definition = words[0] in ('def', 'class') or words[:2] == ['async', 'def']

    def _end_header(self, ended_with):
        if self.decorator:
            return
        self.header = False
        if not self.is_definition or ended_with != ':':
            raise EndOfBlock

    def _scan(self, line):
        """Follow strings and brackets through a line; its last character that counts."""
        i = 0
        last = ''
        self.joined = False
        while i < len(line):
            c = line[i]
            if self.quote is not None:
                if c == '\\':
                    i += 2
                    continue
                if line.startswith(self.quote, i):
                    i += len(self.quote)
                    self.quote = None
                    last = '"'
                    continue
                if c == '\n' and len(self.quote) == 1:
                    self.quote = None
            elif c == '#':
                break
            elif c in '"\'':
                self.quote = c * 3 if line.startswith(c * 3, i) else c
                i += len(self.quote)
                continue
            elif c in '([{':
                self.depth += 1
            elif c in ')]}':
                self.depth = max(self.depth - 1, 0)  # what the text before has opened is not its own
            elif c == '\\' and line[i + 1:].strip('\r\n') == '':
                self.joined = True
            if not c.isspace():
                last = c
            i += 1
        return last


def getblock(lines):
    """The lines of the definition, or else of the statement, that a row of lines begins with."""
    finder = BlockFinder()
    try:
        for number, line in enumerate(lines, 1):
            finder.feed(number, line)
    except EndOfBlock:
        pass
    return lines[:finder.last]


def getsourcelines(object):
    """(lines of the object's definition, the number of the first one, from 1; of a module 0)."""
    object = unwrap(object)
    lines, number = findsource(object)
    if istraceback(object):
        object = object.tb_frame
    if ismodule(object) or (isframe(object) and object.f_code.co_name == "<module>"):
        return lines, 0
    return getblock(lines[number:]), number + 1


def getsource(object):
    """The source text of an object's definition, or OSError."""
    return ''.join(getsourcelines(object)[0])


# --- class trees ---

def walktree(classes, children, parent):
    """What getclasstree makes of a dict of children."""
    results = []
    classes.sort(key=lambda c: (c.__module__, c.__name__))
    for c in classes:
        results.append((c, c.__bases__))
        if c in children:
            results.append(walktree(children[c], children, c))
    return results


def getclasstree(classes, unique=False):
    """Classes as nested lists: (class, bases), followed by a list of its subclasses."""
    children = {}
    roots = []
    for c in classes:
        if not c.__bases__:
            if c not in roots:
                roots.append(c)
            continue
        for parent in c.__bases__:
            below = children.setdefault(parent, [])
            if c not in below:
                below.append(c)
            if unique and parent in classes:
                break
    for parent in children:
        if parent not in classes:
            roots.append(parent)
    return walktree(roots, children, None)
