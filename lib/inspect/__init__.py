"""Looking at live objects: what they are, their members, signatures and source text, the frames that run."""

import itertools
import sys
import types
from collections import namedtuple

__all__ = ['AGEN_CLOSED', 'AGEN_CREATED', 'AGEN_RUNNING', 'AGEN_SUSPENDED', 'ArgInfo', 'Arguments', 'Attribute',
           'BoundArguments', 'BufferFlags', 'CORO_CLOSED', 'CORO_CREATED', 'CORO_RUNNING', 'CORO_SUSPENDED',
           'CO_ASYNC_GENERATOR', 'CO_COROUTINE', 'CO_GENERATOR', 'CO_ITERABLE_COROUTINE', 'CO_NESTED', 'CO_NEWLOCALS',
           'CO_NOFREE', 'CO_OPTIMIZED', 'CO_VARARGS', 'CO_VARKEYWORDS', 'ClosureVars', 'FrameInfo', 'FullArgSpec',
           'GEN_CLOSED', 'GEN_CREATED', 'GEN_RUNNING', 'GEN_SUSPENDED', 'Parameter', 'Signature', 'TPFLAGS_IS_ABSTRACT',
           'Traceback', 'classify_class_attrs', 'cleandoc', 'currentframe', 'findsource', 'formatannotation',
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

from inspect._kinds import *
from inspect._kinds import _missing
from inspect._signature import *
from inspect._signature import (_KEYWORD_ONLY, _POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD, _VAR_POSITIONAL, _empty,
                                _ParameterKind, _signature_of, _void)
from inspect._source import *

ArgInfo = namedtuple('ArgInfo', 'args varargs keywords locals')
Arguments = namedtuple('Arguments', 'args varargs varkw')
ClosureVars = namedtuple('ClosureVars', 'nonlocals globals builtins unbound')
FullArgSpec = namedtuple('FullArgSpec', 'args varargs varkw defaults kwonlyargs kwonlydefaults annotations')
_FrameInfo = namedtuple('_FrameInfo', 'frame filename lineno function code_context index')
_Traceback = namedtuple('_Traceback', 'filename lineno function code_context index')


def __getattr__(name):
    """BufferFlags is made when it is asked for, which is seldom."""
    if name != 'BufferFlags':
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from inspect import _buffer
    return _buffer.BufferFlags


def __dir__():
    return sorted({*globals(), 'BufferFlags'})


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
        if getattr(owner, name) is not obj:
            return None
        slots = getattr(owner, '__slots__', None)
        if ismemberdescriptor(obj) and isinstance(slots, dict) and name in slots:
            return slots[name]
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

def _with_positions(text, positions):
    return f"{text[:-1]}, positions={positions!r})"


class Traceback(_Traceback):
    """Where a frame or traceback stands, with lines of source around it."""

    def __new__(cls, filename, lineno, function, code_context, index, *, positions=None):
        self = super().__new__(cls, filename, lineno, function, code_context, index)
        self.positions = positions
        return self

    def __repr__(self):
        return _with_positions(super().__repr__(), self.positions)


class FrameInfo(_FrameInfo):
    """The same with the frame itself in front."""

    def __new__(cls, frame, filename, lineno, function, code_context, index, *, positions=None):
        self = super().__new__(cls, frame, filename, lineno, function, code_context, index)
        self.positions = positions
        return self

    def __repr__(self):
        return _with_positions(super().__repr__(), self.positions)


def getframeinfo(frame, context=1):
    """A Traceback for a frame or traceback, with `context` lines of source."""
    import dis
    if istraceback(frame):
        import _traceback
        positions = _traceback.position(frame)
        lineno = frame.tb_lineno
        frame = frame.tb_frame
    else:
        lineno = frame.f_lineno
        positions = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // dis._WORD, None),
                         (lineno, None, None, None))
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
    return Traceback(filename, lineno, frame.f_code.co_name, lines, index, positions=dis.Positions(*positions))


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
