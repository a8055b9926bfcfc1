"""Looking at live objects: what they are, their members, signatures and source text, the frames that run."""

import linecache
import sys
import types
from _frozen_importlib_external import BYTECODE_SUFFIXES, SOURCE_SUFFIXES

__all__ = ['AGEN_CLOSED', 'AGEN_CREATED', 'AGEN_RUNNING', 'AGEN_SUSPENDED', 'ArgInfo', 'Arguments', 'Attribute',
           'BoundArguments', 'CORO_CLOSED', 'CORO_CREATED', 'CORO_RUNNING', 'CORO_SUSPENDED', 'CO_ASYNC_GENERATOR',
           'CO_COROUTINE', 'CO_GENERATOR', 'CO_ITERABLE_COROUTINE', 'CO_NESTED', 'CO_NEWLOCALS', 'CO_NOFREE',
           'CO_OPTIMIZED', 'CO_VARARGS', 'CO_VARKEYWORDS', 'ClosureVars', 'FrameInfo', 'FullArgSpec', 'GEN_CLOSED',
           'GEN_CREATED', 'GEN_RUNNING', 'GEN_SUSPENDED', 'Parameter', 'Signature', 'TPFLAGS_IS_ABSTRACT', 'Traceback',
           'classify_class_attrs', 'cleandoc', 'currentframe', 'findsource', 'formatannotation',
           'formatannotationrelativeto', 'formatargvalues', 'get_annotations', 'getabsfile', 'getargs', 'getargvalues',
           'getasyncgenlocals', 'getasyncgenstate', 'getattr_static', 'getblock', 'getcallargs', 'getclasstree',
           'getclosurevars', 'getcomments', 'getcoroutinelocals', 'getcoroutinestate', 'getdoc', 'getfile',
           'getframeinfo', 'getfullargspec', 'getgeneratorlocals', 'getgeneratorstate', 'getinnerframes', 'getlineno',
           'getmembers', 'getmembers_static', 'getmodule', 'getmodulename', 'getmro', 'getouterframes', 'getsource',
           'getsourcefile', 'getsourcelines', 'indentsize', 'isabstract', 'isasyncgen', 'isasyncgenfunction',
           'isawaitable', 'isbuiltin', 'isclass', 'iscode', 'iscoroutine', 'iscoroutinefunction', 'isdatadescriptor',
           'isframe', 'isfunction', 'isgenerator', 'isgeneratorfunction', 'isgetsetdescriptor', 'ismemberdescriptor',
           'ismethod', 'ismethoddescriptor', 'ismethodwrapper', 'ismodule', 'isroutine', 'istraceback',
           'markcoroutinefunction', 'signature', 'stack', 'trace', 'unwrap', 'walktree']

CO_OPTIMIZED = 1
CO_NEWLOCALS = 2
CO_VARARGS = 4
CO_VARKEYWORDS = 8
CO_NESTED = 16
CO_GENERATOR = 32
CO_NOFREE = 64
CO_COROUTINE = 128
CO_ITERABLE_COROUTINE = 256
CO_ASYNC_GENERATOR = 512

TPFLAGS_IS_ABSTRACT = 1 << 20

modulesbyfile = {}


def _record(name, fields):
    """A tuple class with named items."""
    fields = tuple(fields.split())

    def __new__(cls, *args, **kwargs):
        values = list(args)
        for field in fields[len(args):]:
            values.append(kwargs.pop(field))
        if kwargs or len(values) != len(fields):
            raise TypeError(f'{name} takes {len(fields)} items')
        return tuple.__new__(cls, values)

    def __repr__(self):
        items = ', '.join([f'{f}={v!r}' for f, v in zip(fields, self)])
        return f'{type(self).__name__}({items})'

    def _asdict(self):
        return dict(zip(fields, self))

    def _replace(self, /, **kwargs):
        return type(self)(*[kwargs.pop(f, v) for f, v in zip(fields, self)], **kwargs)

    namespace = {'__slots__': (), '__new__': __new__, '__repr__': __repr__, '_asdict': _asdict, '_replace': _replace,
                 '__replace__': _replace,
                 '_fields': fields, '__match_args__': fields, '__module__': __name__}
    for i, field in enumerate(fields):
        namespace[field] = property(lambda self, i=i: tuple.__getitem__(self, i))
    return type(name, (tuple,), namespace)


ArgInfo = _record('ArgInfo', 'args varargs keywords locals')
Arguments = _record('Arguments', 'args varargs varkw')
Attribute = _record('Attribute', 'name kind defining_class object')
ClosureVars = _record('ClosureVars', 'nonlocals globals builtins unbound')
FullArgSpec = _record('FullArgSpec', 'args varargs varkw defaults kwonlyargs kwonlydefaults annotations')
_FrameInfo = _record('FrameInfo', 'frame filename lineno function code_context index')
_Traceback = _record('Traceback', 'filename lineno function code_context index')


# --- what an object is ---

_CoroutineType = getattr(types, 'CoroutineType', ())
_AsyncGeneratorType = getattr(types, 'AsyncGeneratorType', ())


def ismodule(object):
    """Is it a module?"""
    return isinstance(object, types.ModuleType)


def isclass(object):
    """Is it a class?"""
    return isinstance(object, type)


def ismethod(object):
    """Is it a function bound to an instance or class?"""
    return isinstance(object, types.MethodType)


def isfunction(object):
    """Is it a function written in Python?"""
    return isinstance(object, types.FunctionType)


def isgenerator(object):
    """Is it a generator?"""
    return isinstance(object, types.GeneratorType)


def iscoroutine(object):
    """Is it a coroutine?"""
    return isinstance(object, _CoroutineType)


def isasyncgen(object):
    """Is it an asynchronous generator?"""
    return isinstance(object, _AsyncGeneratorType)


def isawaitable(object):
    """Can it be awaited?"""
    if isinstance(object, _CoroutineType):
        return True
    if isinstance(object, types.GeneratorType):
        return bool(object.gi_code.co_flags & CO_ITERABLE_COROUTINE)
    from _collections_abc import Awaitable
    return isinstance(object, Awaitable)


def istraceback(object):
    """Is it a traceback?"""
    return isinstance(object, types.TracebackType)


def isframe(object):
    """Is it a frame?"""
    return isinstance(object, types.FrameType)


def iscode(object):
    """Is it a code object?"""
    return isinstance(object, types.CodeType)


def isbuiltin(object):
    """Is it a function written in C, or such a method, bound?"""
    return isinstance(object, types.BuiltinFunctionType)


def ismethodwrapper(object):
    """Is it a bound special method written in C?"""
    return isinstance(object, types.MethodWrapperType)


def isroutine(object):
    """Is it any kind of function or method?"""
    return isbuiltin(object) or isfunction(object) or ismethod(object) or ismethoddescriptor(object) \
        or ismethodwrapper(object)


def ismethoddescriptor(object):
    """Has it __get__, but no __set__ or __delete__, and is it none of what the other tests name?"""
    if isclass(object) or ismethod(object) or isfunction(object):
        return False
    tp = type(object)
    return hasattr(tp, "__get__") and not hasattr(tp, "__set__") and not hasattr(tp, "__delete__")


def isdatadescriptor(object):
    """Has it __set__ or __delete__, and is it none of what the other tests name?"""
    if isclass(object) or ismethod(object) or isfunction(object):
        return False
    tp = type(object)
    return hasattr(tp, "__set__") or hasattr(tp, "__delete__")


def ismemberdescriptor(object):
    """Is it the descriptor of a slot?"""
    return isinstance(object, types.MemberDescriptorType)


def isgetsetdescriptor(object):
    """Is it the descriptor of a computed attribute of a type written in C?"""
    return isinstance(object, types.GetSetDescriptorType)


def _plain_function(obj):
    """The function behind methods and partial objects."""
    while True:
        if ismethod(obj):
            obj = obj.__func__
        elif type(obj).__name__ == 'partial' and hasattr(obj, 'func'):
            obj = obj.func
        else:
            return obj


def _has_flag(obj, flag):
    obj = _plain_function(obj)
    if not isfunction(obj):
        return False
    return bool(obj.__code__.co_flags & flag)


def isgeneratorfunction(obj):
    """Does calling it make a generator?"""
    return _has_flag(obj, CO_GENERATOR)


def isasyncgenfunction(obj):
    """Does calling it make an asynchronous generator?"""
    return _has_flag(obj, CO_ASYNC_GENERATOR)


_coroutine_mark = object()


def markcoroutinefunction(func):
    """Make iscoroutinefunction say yes of a function that returns a coroutine."""
    if hasattr(func, '__func__'):
        func = func.__func__
    func._is_coroutine_mark = _coroutine_mark
    return func


def iscoroutinefunction(obj):
    """Does calling it make a coroutine?"""
    function = _plain_function(obj)
    if getattr(function, '_is_coroutine_mark', None) is _coroutine_mark:
        return True
    return _has_flag(obj, CO_COROUTINE)


def isabstract(object):
    """Is it an abstract base class?"""
    if not isinstance(object, type):
        return False
    return bool(object.__flags__ & TPFLAGS_IS_ABSTRACT)


# --- members ---

def _members(object, predicate, getter):
    mro = (object,) + getmro(object) if isclass(object) else ()
    names = dir(object)
    for base in object.__bases__ if isclass(object) else ():
        names += [k for k, v in base.__dict__.items() if isinstance(v, types.DynamicClassAttribute)]
    results = []
    seen = set()
    for name in names:
        try:
            value = getter(object, name)
            if name in seen:
                raise AttributeError
        except AttributeError:
            for base in mro:
                if name in base.__dict__:
                    value = base.__dict__[name]
                    break
            else:
                continue
        if predicate is None or predicate(value):
            results.append((name, value))
        seen.add(name)
    results.sort(key=lambda pair: pair[0])
    return results


def getmembers(object, predicate=None):
    """(name, value) for all members, sorted by name; with a predicate, those for whose value it says yes."""
    return _members(object, predicate, getattr)


def getmembers_static(object, predicate=None):
    """The same without running descriptors or __getattr__."""
    return _members(object, predicate, getattr_static)


def classify_class_attrs(cls):
    """An Attribute (name, kind, class that defines it, object) for each of a class's attributes."""
    mro = getmro(cls)
    meta_mro = tuple(c for c in getmro(type(cls)) if c not in (type, object))
    class_bases = (cls,) + mro
    names = dir(cls)
    for base in mro:
        names += [k for k, v in base.__dict__.items() if isinstance(v, types.DynamicClassAttribute) and v.fget]
    result = []
    seen = set()
    for name in names:
        got, home = _found_through_class(cls, name, class_bases, meta_mro, name in seen)
        raw = None
        for base in class_bases + meta_mro:
            if name in base.__dict__:
                raw = base.__dict__[name]
                if home not in meta_mro:
                    home = base
                break
        seen.add(name)
        if home is not None:
            obj = raw if got is None else got
            kind, obj = _kind_of(raw, obj)
            result.append(Attribute(name, kind, home, obj))
    return result


def _found_through_class(cls, name, class_bases, meta_mro, again):
    """What getattr gives for a class attribute, and the class that it comes from."""
    if again or name == '__dict__':
        return None, None
    try:
        got = getattr(cls, name)
    except Exception:
        return None, None
    home = getattr(got, "__objclass__", None)
    if home not in class_bases:
        home = None
        for base in class_bases:
            if getattr(base, name, None) is got:
                home = base
        if home is None:
            for base in meta_mro:
                if getattr(base, name, None) is got:
                    home = base
    return got, home


def _kind_of(raw, obj):
    if isinstance(raw, (staticmethod, types.BuiltinMethodType)):
        return "static method", raw
    if isinstance(raw, (classmethod, types.ClassMethodDescriptorType)):
        return "class method", raw
    if isinstance(raw, property):
        return "property", raw
    return ("method" if isroutine(obj) else "data"), (raw if raw is not None and isroutine(obj) else obj)


def getmro(cls):
    """A class's __mro__."""
    return cls.__mro__


_missing = object()


def getattr_static(obj, attr, default=_missing):
    """An attribute as it is stored: no descriptor, __getattr__ or __getattribute__ is run."""
    instance_value = _missing
    if isinstance(obj, type):
        klass = obj
        is_type = True
    else:
        klass = type(obj)
        is_type = False
        try:
            namespace = object.__getattribute__(obj, '__dict__')
        except AttributeError:
            namespace = {}
        instance_value = dict.get(namespace, attr, _missing) if isinstance(namespace, dict) else _missing
    class_value = _static_in(klass, attr)
    if instance_value is not _missing and class_value is not _missing:
        tp = type(class_value)
        if _static_in(tp, '__get__') is not _missing and (_static_in(tp, '__set__') is not _missing
                                                          or _static_in(tp, '__delete__') is not _missing):
            return class_value
    if instance_value is not _missing:
        return instance_value
    if class_value is not _missing:
        return class_value
    if is_type:
        for meta in type.__dict__['__mro__'].__get__(type(klass)):
            if attr in meta.__dict__:
                return meta.__dict__[attr]
    if default is not _missing:
        return default
    raise AttributeError(attr)


def _static_in(klass, attr):
    for base in type.__dict__['__mro__'].__get__(klass):
        if attr in base.__dict__:
            return base.__dict__[attr]
    return _missing


# --- wrappers, annotations ---

def unwrap(func, *, stop=None):
    """The innermost of what __wrapped__ leads to, or what stop says yes of."""
    outermost = func
    seen = {id(func)}
    while not isinstance(func, type) and hasattr(func, '__wrapped__'):
        if stop is not None and stop(func):
            break
        func = func.__wrapped__
        if id(func) in seen or len(seen) >= sys.getrecursionlimit():
            raise ValueError(f'wrapper loop when unwrapping {outermost!r}')
        seen.add(id(func))
    return func


def get_annotations(obj, *, globals=None, locals=None, eval_str=False):
    """A new dict of the annotations of a class, module or callable; with eval_str, strs are evaluated."""
    namespace = own = None
    unwrapped = None
    if isinstance(obj, type):
        annotations = obj.__dict__.get('__annotations__')
        if isinstance(annotations, types.GetSetDescriptorType):
            annotations = None
        module = sys.modules.get(obj.__module__)
        namespace = getattr(module, '__dict__', None)
        own = dict(vars(obj))
    elif isinstance(obj, types.ModuleType):
        annotations = getattr(obj, '__annotations__', None)
        namespace = obj.__dict__
    elif callable(obj):
        annotations = getattr(obj, '__annotations__', None)
        unwrapped = _plain_function(unwrap(obj))
        namespace = getattr(unwrapped, '__globals__', None)
    else:
        raise TypeError(f"{obj!r} is not a module, class, or callable.")
    if annotations is None:
        return {}
    if not isinstance(annotations, dict):
        raise ValueError(f"{obj!r}.__annotations__ is neither a dict nor None")
    if not annotations:
        return {}
    if not eval_str:
        return dict(annotations)
    globals = namespace if globals is None else globals
    locals = (own or {}) if locals is None else locals
    for parameter in getattr(obj, '__type_params__', ()):
        locals = {parameter.__name__: parameter, **locals}
    return {key: eval(value, globals, locals) if isinstance(value, str) else value
            for key, value in annotations.items()}


def formatannotation(annotation, base_module=None):
    """An annotation as a signature shows it."""
    if getattr(annotation, '__module__', None) == 'typing':
        return repr(annotation).replace('typing.', '')
    if isinstance(annotation, types.GenericAlias):
        return str(annotation)
    if isinstance(annotation, type):
        if annotation.__module__ in ('builtins', base_module):
            return annotation.__qualname__
        return annotation.__module__ + '.' + annotation.__qualname__
    return repr(annotation)


def formatannotationrelativeto(object):
    """A function that shows annotations without the module of this object."""
    module = getattr(object, '__module__', None)
    return lambda annotation: formatannotation(annotation, module)


# --- documentation ---

def getdoc(object):
    """The docstring, cleaned; of a class or method without one, that of what it overrides."""
    try:
        doc = object.__doc__
    except AttributeError:
        return None
    if doc is None:
        try:
            doc = _inherited_doc(object)
        except (AttributeError, TypeError):
            return None
    return cleandoc(doc) if isinstance(doc, str) else None


def _inherited_doc(obj):
    if isclass(obj):
        for base in obj.__mro__:
            if base is not object and base.__doc__ is not None:
                return base.__doc__
        return None
    if ismethod(obj):
        owner = obj.__self__ if isclass(obj.__self__) else type(obj.__self__)
        name = obj.__func__.__name__
    elif isfunction(obj):
        name = obj.__name__
        owner = _class_of_function(obj)
        if owner is None or getattr(owner, name) is not obj:
            return None
    elif isbuiltin(obj):
        owner = type(obj.__self__)
        name = obj.__name__
    elif isinstance(obj, property):
        owner = _class_of_function(obj.fget)
        name = obj.fget.__name__
        if owner is None or getattr(owner, name) is not obj:
            return None
    elif ismethoddescriptor(obj) or isdatadescriptor(obj):
        owner, name = obj.__objclass__, obj.__name__
    else:
        return None
    for base in owner.__mro__:
        found = getattr(base, name, _missing)
        if found is not _missing and found.__doc__ is not None:
            return found.__doc__
    return None


def _class_of_function(func):
    cls = getattr(sys.modules.get(func.__module__), '__dict__', {})
    parts = func.__qualname__.split('.')[:-1]
    if not parts:
        return None
    cls = cls.get(parts[0])
    for part in parts[1:]:
        cls = getattr(cls, part)
    return cls if isclass(cls) else None


def cleandoc(doc):
    """A docstring without blank lines at its ends and without the indent that all lines but the first share."""
    lines = doc.expandtabs().split('\n')
    margin = sys.maxsize
    for line in lines[1:]:
        content = len(line.lstrip(' '))
        if content:
            margin = min(margin, len(line) - content)
    lines[0] = lines[0].lstrip(' ')
    if margin < sys.maxsize:
        lines[1:] = [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return '\n'.join(lines)


# --- files and modules ---

def _wrong_type(object):
    return TypeError('module, class, method, function, traceback, frame, or code object was expected, '
                     f'got {type(object).__name__}')


def getfile(object):
    """The file that an object was defined in."""
    if ismodule(object):
        if getattr(object, '__file__', None):
            return object.__file__
        raise TypeError(f'{object!r} is a built-in module')
    if isclass(object):
        module = sys.modules.get(object.__module__)
        if getattr(module, '__file__', None):
            return module.__file__
        if object.__module__ == '__main__':
            raise OSError('source code not available')
        raise TypeError(f'{object!r} is a built-in class')
    return _code_of(object).co_filename


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
    name = path.rpartition('/')[2]
    for suffix in sorted(SOURCE_SUFFIXES + BYTECODE_SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name[:-len(suffix)]
    return None


def getsourcefile(object):
    """The source file that an object was defined in, or None if there is none to be found."""
    filename = getfile(object)
    if filename in linecache.cache:
        return filename
    if not filename.endswith(tuple(SOURCE_SUFFIXES)) and filename.endswith('.pyc'):
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
    file = getsourcefile(object)
    if file is None:
        file = getfile(object)
        if not (file.startswith('<') and file.endswith('>')):
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
                self.depth -= 1
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
            if parent not in classes and parent not in roots:
                pass
    for parent in children:
        if parent not in classes:
            roots.append(parent)
    return walktree(roots, children, None)


# --- arguments of frames and calls ---

def getargs(co):
    """The names of a code object's parameters: (args, varargs, varkw)."""
    if not iscode(co):
        raise TypeError(f'{co!r} is not a code object')
    names = co.co_varnames
    count = co.co_argcount
    only = co.co_kwonlyargcount
    args = list(names[:count + only])
    at = count + only
    varargs = varkw = None
    if co.co_flags & CO_VARARGS:
        varargs = names[at]
        at += 1
    if co.co_flags & CO_VARKEYWORDS:
        varkw = names[at]
    return Arguments(args, varargs, varkw)


def getargvalues(frame):
    """A frame's parameters and locals."""
    return ArgInfo(*getargs(frame.f_code), frame.f_locals)


def formatargvalues(args, varargs, varkw, locals, formatarg=str, formatvarargs=lambda name: '*' + name,
                    formatvarkw=lambda name: '**' + name, formatvalue=lambda value: '=' + repr(value)):
    """What getargvalues returned as text."""
    specs = [formatarg(name) + formatvalue(locals[name]) for name in args]
    if varargs:
        specs.append(formatvarargs(varargs) + formatvalue(locals[varargs]))
    if varkw:
        specs.append(formatvarkw(varkw) + formatvalue(locals[varkw]))
    return '(' + ', '.join(specs) + ')'


def getfullargspec(func):
    """The parameters of a callable, self included: see FullArgSpec."""
    try:
        sig = _signature_of(func, skip_bound=False, follow_wrapped=False)
    except Exception as error:
        raise TypeError('unsupported callable') from error
    args, defaults, kwonly = [], [], []
    varargs = varkw = None
    kwdefaults, annotations = {}, {}
    if sig.return_annotation is not sig.empty:
        annotations['return'] = sig.return_annotation
    for param in sig.parameters.values():
        if param.kind in (_POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD):
            args.append(param.name)
            if param.default is not param.empty:
                defaults.append(param.default)
        elif param.kind is _VAR_POSITIONAL:
            varargs = param.name
        elif param.kind is _KEYWORD_ONLY:
            kwonly.append(param.name)
            if param.default is not param.empty:
                kwdefaults[param.name] = param.default
        else:
            varkw = param.name
        if param.annotation is not param.empty:
            annotations[param.name] = param.annotation
    return FullArgSpec(args, varargs, varkw, tuple(defaults) or None, kwonly, kwdefaults or None, annotations)


def getcallargs(func, /, *positional, **named):
    """The parameters of a call with these arguments: a dict of names and values."""
    spec = getfullargspec(func)
    args, varargs, varkw, defaults, kwonlyargs, kwonlydefaults, annotations = spec
    name = func.__name__
    if ismethod(func) and func.__self__ is not None:
        positional = (func.__self__,) + positional
    count = min(len(positional), len(args))
    values = dict(zip(args, positional))
    if varargs:
        values[varargs] = tuple(positional[count:])
    if varkw:
        values[varkw] = {}
    for key, value in named.items():
        if key not in args and key not in kwonlyargs:
            if not varkw:
                raise TypeError(f"{name}() got an unexpected keyword argument {key!r}")
            values[varkw][key] = value
        elif key in values:
            raise TypeError(f"{name}() got multiple values for argument {key!r}")
        else:
            values[key] = value
    if len(positional) > len(args) and not varargs:
        _raise_too_many(name, args, kwonlyargs, defaults, len(positional), values)
    if len(positional) < len(args):
        first_default = len(args) - len(defaults or ())
        missing = [arg for arg in args[:first_default] if arg not in values]
        if missing:
            _raise_missing(name, missing, "positional")
        for arg, value in zip(args[first_default:], defaults or ()):
            values.setdefault(arg, value)
    missing = []
    for arg in kwonlyargs:
        if arg not in values:
            if kwonlydefaults and arg in kwonlydefaults:
                values[arg] = kwonlydefaults[arg]
            else:
                missing.append(arg)
    if missing:
        _raise_missing(name, missing, "keyword-only")
    return values


def _raise_missing(name, missing, kind):
    quoted = [repr(arg) for arg in missing]
    if len(quoted) == 1:
        shown = quoted[0]
    elif len(quoted) == 2:
        shown = ' and '.join(quoted)
    else:
        shown = ', '.join(quoted[:-1]) + ', and ' + quoted[-1]
    raise TypeError(f"{name}() missing {len(missing)} required {kind} "
                    f"argument{'s' if len(missing) > 1 else ''}: {shown}")


def _raise_too_many(name, args, kwonlyargs, defaults, given, values):
    least = len(args) - len(defaults or ())
    given_only = len([arg for arg in kwonlyargs if arg in values])
    plural = len(args) != 1 or bool(defaults)
    takes = f"from {least} to {len(args)}" if defaults else str(len(args))
    extra = ""
    if given_only:
        extra = (f" positional argument{'s' if given != 1 else ''} "
                 f"(and {given_only} keyword-only argument{'s' if given_only != 1 else ''})")
    raise TypeError(f"{name}() takes {takes} positional argument{'s' if plural else ''} but {given}{extra} "
                    f"{'was' if given == 1 and not given_only else 'were'} given")


def getclosurevars(func):
    """The names that a function takes from outside, and what they stand for now."""
    if ismethod(func):
        func = func.__func__
    if not isfunction(func):
        raise TypeError(f"{func!r} is not a Python function")
    code = func.__code__
    nonlocals = {}
    if func.__closure__ is not None:
        nonlocals = {name: cell.cell_contents for name, cell in zip(code.co_freevars, func.__closure__)}
    namespace = func.__globals__
    builtins = namespace.get("__builtins__", __builtins__)
    if ismodule(builtins):
        builtins = builtins.__dict__
    from_globals, from_builtins, unbound = {}, {}, set()
    for name in code.co_names:
        if name in namespace:
            from_globals[name] = namespace[name]
        elif name in builtins:
            from_builtins[name] = builtins[name]
        else:
            unbound.add(name)
    return ClosureVars(nonlocals, from_globals, from_builtins, unbound)


# --- frames ---

class Traceback(_Traceback):
    """Where a frame or traceback stands, with lines of source around it."""

    def __new__(cls, filename, lineno, function, code_context, index, *, positions=None):
        self = super().__new__(cls, filename, lineno, function, code_context, index)
        self.positions = positions
        return self


class FrameInfo(_FrameInfo):
    """The same with the frame itself in front."""

    def __new__(cls, frame, filename, lineno, function, code_context, index, *, positions=None):
        self = super().__new__(cls, frame, filename, lineno, function, code_context, index)
        self.positions = positions
        return self


def getframeinfo(frame, context=1):
    """A Traceback for a frame or traceback, with `context` lines of source."""
    if istraceback(frame):
        import _traceback
        positions = _traceback.position(frame)
        lineno = frame.tb_lineno
        frame = frame.tb_frame
    else:
        lineno = frame.f_lineno
        positions = (lineno, None, None, None)
    if not isframe(frame):
        raise TypeError(f'{frame!r} is not a frame or traceback object')
    filename = frame.f_code.co_filename
    lines = index = None
    if context > 0 and lineno:
        start = lineno - 1 - context // 2
        try:
            whole, _ = findsource(frame)
        except (OSError, TypeError):
            pass
        else:
            start = max(0, min(start, len(whole) - context))
            lines = whole[start:start + context]
            index = lineno - 1 - start
    return Traceback(filename, lineno, frame.f_code.co_name, lines, index, positions=positions)


def getlineno(frame):
    """A frame's current line."""
    return frame.f_lineno


def getouterframes(frame, context=1):
    """A FrameInfo for a frame and each of its callers."""
    result = []
    while frame:
        info = getframeinfo(frame, context)
        result.append(FrameInfo(frame, *info, positions=info.positions))
        frame = frame.f_back
    return result


def getinnerframes(tb, context=1):
    """A FrameInfo for each entry of a traceback."""
    result = []
    while tb:
        info = getframeinfo(tb, context)
        result.append(FrameInfo(tb.tb_frame, *info, positions=info.positions))
        tb = tb.tb_next
    return result


def currentframe():
    """The caller's frame."""
    return sys._getframe(1)


def stack(context=1):
    """A FrameInfo for the caller's frame and each of its callers."""
    return getouterframes(sys._getframe(1), context)


def trace(context=1):
    """A FrameInfo for each frame between here and where the exception that is handled was raised."""
    error = sys.exception()
    return getinnerframes(None if error is None else error.__traceback__, context)


# --- generators and coroutines ---

GEN_CREATED, GEN_RUNNING, GEN_SUSPENDED, GEN_CLOSED = 'GEN_CREATED', 'GEN_RUNNING', 'GEN_SUSPENDED', 'GEN_CLOSED'
CORO_CREATED, CORO_RUNNING, CORO_SUSPENDED, CORO_CLOSED = \
    'CORO_CREATED', 'CORO_RUNNING', 'CORO_SUSPENDED', 'CORO_CLOSED'
AGEN_CREATED, AGEN_RUNNING, AGEN_SUSPENDED, AGEN_CLOSED = \
    'AGEN_CREATED', 'AGEN_RUNNING', 'AGEN_SUSPENDED', 'AGEN_CLOSED'


def _state(obj, prefix, result):
    if getattr(obj, prefix + '_running'):
        return result + '_RUNNING'
    if getattr(obj, prefix + '_suspended'):
        return result + '_SUSPENDED'
    return result + ('_CLOSED' if getattr(obj, prefix + '_frame') is None else '_CREATED')


def getgeneratorstate(generator):
    """GEN_CREATED, GEN_RUNNING, GEN_SUSPENDED or GEN_CLOSED."""
    return _state(generator, 'gi', 'GEN')


def getcoroutinestate(coroutine):
    """CORO_CREATED, CORO_RUNNING, CORO_SUSPENDED or CORO_CLOSED."""
    return _state(coroutine, 'cr', 'CORO')


def getasyncgenstate(agen):
    """AGEN_CREATED, AGEN_RUNNING, AGEN_SUSPENDED or AGEN_CLOSED."""
    return _state(agen, 'ag', 'AGEN')


def getgeneratorlocals(generator):
    """A generator's local variables; {} when it has ended."""
    if not isgenerator(generator):
        raise TypeError(f"{generator!r} is not a Python generator")
    return {} if generator.gi_frame is None else generator.gi_frame.f_locals


def getcoroutinelocals(coroutine):
    """A coroutine's local variables; {} when it has ended."""
    frame = getattr(coroutine, 'cr_frame', None)
    return {} if frame is None else frame.f_locals


def getasyncgenlocals(agen):
    """An asynchronous generator's local variables; {} when it has ended."""
    if not isasyncgen(agen):
        raise TypeError(f"{agen!r} is not a Python async generator")
    return {} if agen.ag_frame is None else agen.ag_frame.f_locals


# --- signatures ---

class _empty:
    """Stands for a default or annotation that is not there."""


class _void:
    """Stands for an argument that was not given."""


class _ParameterKind(int):
    """How arguments reach a parameter."""

    def __new__(cls, value, name, description):
        self = super().__new__(cls, value)
        self.name = self._name_ = name
        self.value = value
        self.description = description
        return self

    def __str__(self):
        return self.name

    def __repr__(self):
        return f'<_ParameterKind.{self.name}: {int(self)}>'


_POSITIONAL_ONLY = _ParameterKind(0, 'POSITIONAL_ONLY', 'positional-only')
_POSITIONAL_OR_KEYWORD = _ParameterKind(1, 'POSITIONAL_OR_KEYWORD', 'positional or keyword')
_VAR_POSITIONAL = _ParameterKind(2, 'VAR_POSITIONAL', 'variadic positional')
_KEYWORD_ONLY = _ParameterKind(3, 'KEYWORD_ONLY', 'keyword-only')
_VAR_KEYWORD = _ParameterKind(4, 'VAR_KEYWORD', 'variadic keyword')
_KINDS = (_POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD, _VAR_POSITIONAL, _KEYWORD_ONLY, _VAR_KEYWORD)

_KEYWORDS = frozenset("False None True and as assert async await break class continue def del elif else except finally "
                      "for from global if import in is lambda nonlocal not or pass raise return try while with "
                      "yield".split())


class Parameter:
    """A parameter of a signature: name, kind, and perhaps a default and an annotation."""

    __slots__ = ('_name', '_kind', '_default', '_annotation')

    POSITIONAL_ONLY = _POSITIONAL_ONLY
    POSITIONAL_OR_KEYWORD = _POSITIONAL_OR_KEYWORD
    VAR_POSITIONAL = _VAR_POSITIONAL
    KEYWORD_ONLY = _KEYWORD_ONLY
    VAR_KEYWORD = _VAR_KEYWORD
    empty = _empty

    def __init__(self, name, kind, *, default=_empty, annotation=_empty):
        if kind not in _KINDS:
            raise ValueError(f'value {kind!r} is not a valid Parameter.kind')
        kind = _KINDS[kind]
        if default is not _empty and kind in (_VAR_POSITIONAL, _VAR_KEYWORD):
            raise ValueError(f'{kind.description} parameters cannot have default values')
        if name is _empty:
            raise ValueError('name is a required attribute for Parameter')
        if not isinstance(name, str):
            raise TypeError(f'name must be a str, not a {type(name).__name__}')
        if name[0] == '.' and name[1:].isdigit():
            # The parameter of a comprehension.
            if kind is not _POSITIONAL_OR_KEYWORD:
                raise ValueError('implicit arguments must be passed as positional or keyword arguments, '
                                 f'not {kind.description}')
            kind = _POSITIONAL_ONLY
            name = f'implicit{name[1:]}'
        if not name.isidentifier() or (name in _KEYWORDS and kind is not _POSITIONAL_ONLY):
            raise ValueError(f'{name!r} is not a valid parameter name')
        self._name = name
        self._kind = kind
        self._default = default
        self._annotation = annotation

    def __reduce__(self):
        return type(self), (self._name, self._kind), {'_default': self._default, '_annotation': self._annotation}

    def __setstate__(self, state):
        self._default = state['_default']
        self._annotation = state['_annotation']

    name = property(lambda self: self._name)
    kind = property(lambda self: self._kind)
    default = property(lambda self: self._default)
    annotation = property(lambda self: self._annotation)

    def replace(self, *, name=_void, kind=_void, annotation=_void, default=_void):
        """A copy with some of it changed."""
        return type(self)(self._name if name is _void else name, self._kind if kind is _void else kind,
                          default=self._default if default is _void else default,
                          annotation=self._annotation if annotation is _void else annotation)

    __replace__ = replace

    def __str__(self):
        text = self._name
        if self._annotation is not _empty:
            text += f': {formatannotation(self._annotation)}'
        if self._default is not _empty:
            text += (' = ' if self._annotation is not _empty else '=') + repr(self._default)
        if self._kind is _VAR_POSITIONAL:
            return '*' + text
        return '**' + text if self._kind is _VAR_KEYWORD else text

    def __repr__(self):
        return f'<{type(self).__name__} "{self}">'

    def __hash__(self):
        return hash((self._name, self._kind, self._annotation, self._default))

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, Parameter):
            return NotImplemented
        return (self._name == other._name and self._kind == other._kind and self._default == other._default
                and self._annotation == other._annotation)


class BoundArguments:
    """Arguments that a signature has given to its parameters, in the dict `arguments`."""

    __slots__ = ('arguments', '_signature', '__weakref__')

    def __init__(self, signature, arguments):
        self.arguments = arguments
        self._signature = signature

    signature = property(lambda self: self._signature)

    @property
    def args(self):
        """What a call passes by position."""
        args = []
        for name, param in self._signature.parameters.items():
            if param.kind in (_VAR_KEYWORD, _KEYWORD_ONLY) or name not in self.arguments:
                break
            if param.kind is _VAR_POSITIONAL:
                args.extend(self.arguments[name])
            else:
                args.append(self.arguments[name])
        return tuple(args)

    @property
    def kwargs(self):
        """What a call passes by keyword."""
        kwargs = {}
        started = False
        for name, param in self._signature.parameters.items():
            if param.kind in (_VAR_KEYWORD, _KEYWORD_ONLY):
                started = True
            elif name not in self.arguments:
                started = True
                continue
            if not started or name not in self.arguments:
                continue
            if param.kind is _VAR_KEYWORD:
                kwargs.update(self.arguments[name])
            elif param.kind is not _VAR_POSITIONAL:
                kwargs[name] = self.arguments[name]
        return kwargs

    def apply_defaults(self):
        """Put in defaults, () and {} for what is missing."""
        filled = {}
        for name, param in self._signature.parameters.items():
            if name in self.arguments:
                filled[name] = self.arguments[name]
            elif param.default is not _empty:
                filled[name] = param.default
            elif param.kind is _VAR_POSITIONAL:
                filled[name] = ()
            elif param.kind is _VAR_KEYWORD:
                filled[name] = {}
        self.arguments = filled

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, BoundArguments):
            return NotImplemented
        return self.signature == other.signature and self.arguments == other.arguments

    def __setstate__(self, state):
        self._signature = state['_signature']
        self.arguments = state['arguments']

    def __getstate__(self):
        return {'_signature': self._signature, 'arguments': self.arguments}

    def __repr__(self):
        shown = ', '.join([f'{name}={value!r}' for name, value in self.arguments.items()])
        return f'<{type(self).__name__} ({shown})>'


class Signature:
    """The parameters of a callable and its return annotation."""

    __slots__ = ('_return_annotation', '_parameters')

    empty = _empty

    def __init__(self, parameters=None, *, return_annotation=_empty, __validate_parameters__=True):
        named = {}
        before = _POSITIONAL_ONLY
        optional = False
        for param in parameters or ():
            kind, name = param.kind, param.name
            if __validate_parameters__:
                if kind < before:
                    raise ValueError(f'wrong parameter order: {before.description} parameter before '
                                     f'{kind.description} parameter')
                before = kind
                if kind in (_POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD):
                    if optional and param.default is _empty:
                        raise ValueError('non-default argument follows default argument')
                    optional = param.default is not _empty
                if name in named:
                    raise ValueError(f'duplicate parameter name: {name!r}')
            named[name] = param
        self._parameters = types.MappingProxyType(named)
        self._return_annotation = return_annotation

    @classmethod
    def from_callable(cls, obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False):
        """The signature of a callable."""
        return _signature_of(obj, cls, follow_wrapped=follow_wrapped,
                             evaluate=dict(globals=globals, locals=locals, eval_str=eval_str))

    parameters = property(lambda self: self._parameters)
    return_annotation = property(lambda self: self._return_annotation)

    def replace(self, *, parameters=_void, return_annotation=_void):
        """A copy with some of it changed."""
        return type(self)(self.parameters.values() if parameters is _void else parameters,
                          return_annotation=self._return_annotation if return_annotation is _void
                          else return_annotation)

    __replace__ = replace

    def _comparable(self):
        params = tuple(p for p in self.parameters.values() if p.kind is not _KEYWORD_ONLY)
        named = {p.name: p for p in self.parameters.values() if p.kind is _KEYWORD_ONLY}
        return params, named, self.return_annotation

    def __hash__(self):
        params, named, result = self._comparable()
        return hash((params, frozenset(named.values()), result))

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, Signature):
            return NotImplemented
        return self._comparable() == other._comparable()

    def bind(self, /, *args, **kwargs):
        """The BoundArguments of a call, or TypeError."""
        return self._bind(args, kwargs)

    def bind_partial(self, /, *args, **kwargs):
        """The same, but arguments may be missing."""
        return self._bind(args, kwargs, partial=True)

    def _bind(self, args, kwargs, *, partial=False):
        arguments = {}
        rest = list(args)
        wrong = []
        first = True  # nothing has been left out yet
        takes_keywords = any(p.kind is _VAR_KEYWORD for p in self.parameters.values())
        for name, param in self.parameters.items():
            kind = param.kind
            if kind is _VAR_POSITIONAL:
                if rest:
                    arguments[name] = tuple(rest)
                    rest = []
                first = False
                continue
            if kind is _VAR_KEYWORD:
                continue
            if rest and kind is not _KEYWORD_ONLY:
                if name in kwargs and kind is not _POSITIONAL_ONLY:
                    raise TypeError(f'multiple values for argument {name!r}')
                arguments[name] = rest.pop(0)
                continue
            if rest and kind is _KEYWORD_ONLY:
                raise TypeError('too many positional arguments')
            if name in kwargs and kind is not _POSITIONAL_ONLY:
                arguments[name] = kwargs[name]
                first = False
                continue
            if kind is _POSITIONAL_ONLY and name in kwargs and not takes_keywords:
                wrong.append(name)
                if param.default is _empty:
                    continue
            if param.default is _empty and not partial and not wrong:
                kind = ' keyword-only' if first and kind is _KEYWORD_ONLY else ''
                raise TypeError(f'missing a required{kind} argument: {name!r}')
            first = False
        if rest:
            raise TypeError('too many positional arguments')
        return self._bind_rest(arguments, kwargs, wrong)

    def _bind_rest(self, arguments, kwargs, wrong):
        """Give the keywords that no parameter has taken to the one that takes all."""
        more = {key: value for key, value in kwargs.items()
                if key not in arguments or self.parameters[key].kind is _POSITIONAL_ONLY}
        if wrong:
            shown = ', '.join([repr(name) for name in wrong])
            raise TypeError(f'got some positional-only arguments passed as keyword arguments: {shown}')
        if more:
            for param in self.parameters.values():
                if param.kind is _VAR_KEYWORD:
                    arguments[param.name] = more
                    break
            else:
                raise TypeError(f'got an unexpected keyword argument {next(iter(more))!r}')
        return BoundArguments(self, arguments)

    def __reduce__(self):
        return type(self), (tuple(self._parameters.values()),), {'_return_annotation': self._return_annotation}

    def __setstate__(self, state):
        self._return_annotation = state['_return_annotation']

    def __repr__(self):
        return f'<{type(self).__name__} {self}>'

    def __str__(self):
        return self.format()

    def format(self, *, max_width=None):
        """The signature as text; if that is wider than max_width, with a line for each parameter."""
        result = []
        slash_due = False
        star_due = True
        for param in self.parameters.values():
            kind = param.kind
            if kind is _POSITIONAL_ONLY:
                slash_due = True
            elif slash_due:
                result.append('/')
                slash_due = False
            if kind is _VAR_POSITIONAL:
                star_due = False
            elif kind is _KEYWORD_ONLY and star_due:
                result.append('*')
                star_due = False
            result.append(str(param))
        if slash_due:
            result.append('/')
        text = '(' + ', '.join(result) + ')'
        if max_width is not None and len(text) > max_width:
            text = '(\n    ' + ',\n    '.join(result) + '\n)'
        if self.return_annotation is not _empty:
            text += f' -> {formatannotation(self.return_annotation)}'
        return text


def signature(obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False):
    """The signature of a callable."""
    return Signature.from_callable(obj, follow_wrapped=follow_wrapped, globals=globals, locals=locals,
                                   eval_str=eval_str)


def _without_first(sig):
    """The signature of a method bound to an instance."""
    params = list(sig.parameters.values())
    if not params or params[0].kind in (_VAR_KEYWORD, _KEYWORD_ONLY):
        raise ValueError('invalid method signature')
    if params[0].kind is not _VAR_POSITIONAL:
        params = params[1:]
    return sig.replace(parameters=params)


def _signature_of(obj, sigcls=Signature, *, skip_bound=True, follow_wrapped=True, evaluate={}):
    again = dict(sigcls=sigcls, skip_bound=skip_bound, follow_wrapped=follow_wrapped, evaluate=evaluate)
    if not callable(obj):
        raise TypeError(f'{obj!r} is not a callable object')
    if isinstance(obj, types.MethodType):
        sig = _signature_of(obj.__func__, **again)
        return _without_first(sig) if skip_bound else sig
    if follow_wrapped:
        obj = unwrap(obj, stop=lambda f: hasattr(f, "__signature__") or isinstance(f, types.MethodType))
        if isinstance(obj, types.MethodType):
            return _signature_of(obj, **again)
    given = getattr(obj, '__signature__', None)
    if given is not None and not isinstance(obj, type) or isinstance(given, Signature):
        if callable(given) and not isinstance(given, Signature):
            given = given()
        if isinstance(given, str):
            return _from_text(sigcls, obj, given, skip_bound)
        if not isinstance(given, Signature):
            raise TypeError(f'unexpected object {given!r} in __signature__ attribute')
        return given
    if isfunction(obj):
        return _from_function(sigcls, obj, evaluate)
    if isbuiltin(obj) or ismethodwrapper(obj) or (ismethoddescriptor(obj) and not isinstance(obj, type)
                                                  and hasattr(obj, '__text_signature__')):
        return _from_native(sigcls, obj, skip_bound)
    if type(obj).__name__ == 'partial' and hasattr(obj, 'keywords') and hasattr(obj, 'func'):
        return _from_partial(_signature_of(obj.func, **again), obj)
    if isinstance(obj, type):
        return _of_class(obj, again)
    call = getattr_static(type(obj), '__call__', None)
    if call is not None:
        sig = _signature_of(call, **again)
        return _without_first(sig) if skip_bound else sig
    raise ValueError(f'callable {obj!r} is not supported by signature')


def _of_class(obj, again):
    """A class is called as its metaclass's __call__, its __new__ or its __init__ says, whatever is Python's first."""
    call = _python_method(type(obj), '__call__')
    if call is not None:
        return _without_first(_signature_of(call, **again))
    new = _python_method(obj, '__new__')
    init = _python_method(obj, '__init__')
    for base in obj.__mro__:
        if new is not None and '__new__' in base.__dict__:
            return _without_first(_signature_of(new, **again))
        if init is not None and '__init__' in base.__dict__:
            return _without_first(_signature_of(init, **again))
    for base in obj.__mro__[:-1]:
        text = base.__dict__.get('__text_signature__') if '__text_signature__' in base.__dict__ \
            else getattr(base, '__text_signature__', None)
        if isinstance(text, str) and text:
            return _from_text(again['sigcls'], obj, text, True)
    if type not in obj.__mro__:
        if obj.__init__ is object.__init__ and obj.__new__ is object.__new__:
            return again['sigcls']()
        raise ValueError(f'no signature found for builtin type {obj!r}')
    raise ValueError(f'no signature found for builtin {obj!r}')


def _python_method(cls, name):
    """A class's special method, if it is not one written in C."""
    method = getattr_static(cls, name, None)
    if isinstance(method, (staticmethod, classmethod)):
        method = method.__func__
    native = (types.WrapperDescriptorType, types.MethodWrapperType, types.BuiltinFunctionType,
              types.MethodDescriptorType, types.ClassMethodDescriptorType)
    return None if method is None or isinstance(method, native) else method


def _from_function(cls, func, evaluate):
    code = func.__code__
    names = code.co_varnames
    count = code.co_argcount
    only = code.co_kwonlyargcount
    defaults = func.__defaults__ or ()
    kwdefaults = func.__kwdefaults__ or {}
    annotations = get_annotations(func, **evaluate)
    first_default = count - len(defaults)
    params = []
    for i, name in enumerate(names[:count]):
        params.append(Parameter(name, _POSITIONAL_ONLY if i < code.co_posonlyargcount else _POSITIONAL_OR_KEYWORD,
                                default=defaults[i - first_default] if i >= first_default else _empty,
                                annotation=annotations.get(name, _empty)))
    at = count + only
    if code.co_flags & CO_VARARGS:
        params.append(Parameter(names[at], _VAR_POSITIONAL, annotation=annotations.get(names[at], _empty)))
        at += 1
    for name in names[count:count + only]:
        params.append(Parameter(name, _KEYWORD_ONLY, default=kwdefaults.get(name, _empty),
                                annotation=annotations.get(name, _empty)))
    if code.co_flags & CO_VARKEYWORDS:
        params.append(Parameter(names[at], _VAR_KEYWORD, annotation=annotations.get(names[at], _empty)))
    return cls(params, return_annotation=annotations.get('return', _empty), __validate_parameters__=False)


def _from_native(cls, func, skip_bound):
    text = getattr(func, '__text_signature__', None)
    if not text:
        raise ValueError(f'no signature found for builtin {func!r}')
    return _from_text(cls, func, text, skip_bound)


def _from_text(cls, obj, text, skip_bound):
    """The signature that a __text_signature__ spells: '($self, x, /, y=None)'."""
    has_self = text.startswith('($')
    namespace = dict(sys.modules.get(getattr(obj, '__module__', None) or 'builtins', sys).__dict__)
    namespace['sys'] = sys
    try:
        exec(f'def spelled{text.replace("$", "", 1)}: pass', namespace)
    except Exception:
        raise ValueError(f'{text!r} builtin has invalid signature') from None
    sig = _from_function(cls, namespace['spelled'], {})
    if not has_self:
        return sig
    params = list(sig.parameters.values())
    owner = getattr(obj, '__self__', None)
    if isinstance(obj, type) or ismodule(owner) or (owner is not None and skip_bound):
        params = params[1:]
    elif params[0].kind is not _POSITIONAL_ONLY:
        params[0] = params[0].replace(kind=_POSITIONAL_ONLY)
    return sig.replace(parameters=params)


def _from_partial(sig, partial):
    """What is left of a signature when partial has given some of the arguments."""
    args, keywords = partial.args or (), partial.keywords or {}
    try:
        bound = sig.bind_partial(*args, **keywords)
    except TypeError as error:
        raise ValueError(f'partial object {partial!r} has incorrect arguments') from error
    params = []
    keyword_from_here = False
    given = len(args)
    for i, (name, param) in enumerate(sig.parameters.items()):
        positional = param.kind in (_POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD)
        if positional and i < given:
            continue
        if name in keywords and param.kind is _POSITIONAL_OR_KEYWORD:
            keyword_from_here = True
            params.append(param.replace(kind=_KEYWORD_ONLY, default=bound.arguments[name]))
        elif name in keywords and param.kind is _KEYWORD_ONLY:
            params.append(param.replace(default=bound.arguments[name]))
        elif keyword_from_here and param.kind is _POSITIONAL_OR_KEYWORD:
            params.append(param.replace(kind=_KEYWORD_ONLY))
        elif not (keyword_from_here and param.kind is _VAR_POSITIONAL):
            params.append(param)
    return sig.replace(parameters=params)
