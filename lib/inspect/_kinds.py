"""What an object is, its members, and what is behind a wrapper."""

import sys
import types
from _functools import partial
from collections import namedtuple
from operator import itemgetter

__name__ = 'inspect'  # the home that classes and functions tell

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


Attribute = namedtuple('Attribute', 'name kind defining_class object')


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
    if isclass(object) or ismethod(object) or isfunction(object) or isinstance(object, partial):
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


def _is_functionlike(obj):
    """Is it a function, or does it look like one? Compiled functions and mocks do."""
    if isfunction(obj):
        return True
    if not callable(obj) or isinstance(obj, type):
        return False
    code, defaults = getattr(obj, '__code__', None), getattr(obj, '__defaults__', _coroutine_mark)
    keyword_defaults = getattr(obj, '__kwdefaults__', _coroutine_mark)
    return (isinstance(getattr(obj, '__name__', None), str) and isinstance(code, types.CodeType)
            and (defaults is None or isinstance(defaults, tuple))
            and (keyword_defaults is None or isinstance(keyword_defaults, dict))
            and isinstance(getattr(obj, '__annotations__', {}), (dict, types.NoneType)))


def _has_flag(obj, flag):
    obj = _plain_function(obj)
    return _is_functionlike(obj) and bool(obj.__code__.co_flags & flag)


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
    dynamic = types.DynamicClassAttribute
    again = [name for base in (object.__bases__ if isclass(object) else ())
             for name, value in base.__dict__.items() if isinstance(value, dynamic)]
    results = []
    seen = set()
    for name in names + again:
        try:
            value = getter(object, name)
            if again and name in seen:
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
        if again:
            seen.add(name)
    results.sort(key=itemgetter(0))
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
