"""Parameters, signatures, and where a callable has one."""

import sys
import types
from collections import OrderedDict
from enum import IntEnum

from inspect._kinds import (CO_VARARGS, CO_VARKEYWORDS, formatannotation, get_annotations, getattr_static, isbuiltin,
                            ismethoddescriptor, ismethodwrapper, ismodule, unwrap, _is_functionlike)

__name__ = 'inspect'  # the home that classes and functions tell


class _empty:
    """Stands for a default or annotation that is not there."""


class _void:
    """Stands for an argument that was not given."""


class _ParameterKind(IntEnum):
    """How arguments reach a parameter."""

    POSITIONAL_ONLY = 'positional-only'
    POSITIONAL_OR_KEYWORD = 'positional or keyword'
    VAR_POSITIONAL = 'variadic positional'
    KEYWORD_ONLY = 'keyword-only'
    VAR_KEYWORD = 'variadic keyword'

    def __new__(cls, description):
        value = len(cls.__members__)
        self = int.__new__(cls, value)
        self._value_ = value
        self.description = description
        return self

    def __reduce_ex__(self, protocol):
        return type(self), (self.value,)

    def __str__(self):
        return self.name


_POSITIONAL_ONLY, _POSITIONAL_OR_KEYWORD, _VAR_POSITIONAL, _KEYWORD_ONLY, _VAR_KEYWORD = _ParameterKind

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
        if type(kind) is not _ParameterKind:
            try:
                kind = _ParameterKind(kind)
            except ValueError:
                raise ValueError(f'value {kind!r} is not a valid Parameter.kind')
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
        named = OrderedDict()
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
            if kind is _POSITIONAL_ONLY and name in kwargs:
                if all(p.kind is not _VAR_KEYWORD for p in self.parameters.values()):
                    wrong.append(name)
                    if param.default is _empty:
                        continue
            if param.default is _empty and not partial and not wrong:
                kind = ' keyword-only' if first and kind is _KEYWORD_ONLY else ''
                raise TypeError(f'missing a required{kind} argument: {name!r}')
            first = False
        if rest:
            raise TypeError('too many positional arguments')
        if kwargs:
            self._bind_rest(arguments, kwargs, wrong)
        return BoundArguments(self, arguments)

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


def _bound(sig, again):
    """The signature of a method, without its first parameter if that is to be left out."""
    return _without_first(sig) if again['skip_bound'] else sig


def _signature_of(obj, sigcls=Signature, *, skip_bound=True, follow_wrapped=True, evaluate={}):
    again = dict(sigcls=sigcls, skip_bound=skip_bound, follow_wrapped=follow_wrapped, evaluate=evaluate)
    if not callable(obj):
        raise TypeError(f'{obj!r} is not a callable object')
    if isinstance(obj, types.MethodType):
        return _bound(_signature_of(obj.__func__, **again), again)
    if follow_wrapped:
        obj = unwrap(obj, stop=lambda f: hasattr(f, "__signature__") or isinstance(f, types.MethodType))
        if isinstance(obj, types.MethodType):
            return _signature_of(obj, **again)
    given = getattr(obj, '__signature__', None)
    if given is not None:
        if not isinstance(given, (Signature, str)) and callable(given):
            given = given()
        if isinstance(given, str):
            return _from_text(sigcls, obj, given, skip_bound)
        if not isinstance(given, Signature):
            raise TypeError(f'unexpected object {given!r} in __signature__ attribute')
        return given
    if _is_functionlike(obj):
        told = getattr(obj, '__text_signature__', None)
        if told:
            return _from_text(sigcls, obj, told, skip_bound)
        return _from_function(sigcls, obj, evaluate)
    if isbuiltin(obj) or ismethodwrapper(obj) or (ismethoddescriptor(obj) and not isinstance(obj, type)
                                                  and hasattr(obj, '__text_signature__')):
        return _from_native(sigcls, obj, skip_bound)
    if type(obj).__name__ == 'partial' and hasattr(obj, 'keywords') and hasattr(obj, 'func'):
        return _from_partial(_signature_of(obj.func, **again), obj)
    if isinstance(obj, types.GenericAlias):
        return _signature_of(obj.__origin__, **again)
    if isinstance(obj, type):
        return _of_class(obj, again)
    call = getattr_static(type(obj), '__call__', None)
    if call is not None:
        return _bound(_signature_of(call, **again), again)
    raise ValueError(f'callable {obj!r} is not supported by signature')


def _of_class(obj, again):
    """A class is called as its metaclass's __call__, its __new__ or its __init__ says, whatever is Python's first."""
    call = _python_method(type(obj), '__call__')
    if call is not None:
        return _bound(_signature_of(call, **again), again)
    new = _python_method(obj, '__new__')
    init = _python_method(obj, '__init__')
    for base in obj.__mro__:
        if new is not None and '__new__' in base.__dict__:
            return _bound(_signature_of(new, **again), again)
        if init is not None and '__init__' in base.__dict__:
            return _bound(_signature_of(init, **again), again)
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
    if text.startswith('($module'):
        text = '(' + text.removeprefix('($module').removeprefix(', /').removeprefix(', ')
    has_self = text.startswith('($')
    namespace = dict(sys.modules.get(getattr(obj, '__module__', None) or 'builtins', sys).__dict__)
    namespace['sys'] = sys
    try:
        exec(f'def spelled{text.replace("$", "", 1)}: pass', namespace)
    except Exception:
        raise ValueError(f'{obj!r} builtin has invalid signature') from None
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
