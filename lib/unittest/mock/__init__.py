"""Mock objects: they take the place of others, accept what is done with them, and tell of it afterwards.

A mock makes attributes and return values, mocks again, when they are first asked for. Each mock knows its parent and
reports its calls to it, so that the outermost one sees them all. Every mock has a class of its own, which is where
its special methods live. patch() puts mocks in the place of other objects for a while.
"""

__all__ = ('Mock', 'MagicMock', 'patch', 'sentinel', 'DEFAULT', 'ANY', 'call', 'create_autospec', 'AsyncMock',
           'FILTER_DIR', 'NonCallableMock', 'NonCallableMagicMock', 'mock_open', 'PropertyMock', 'seal')

import asyncio
import functools
import inspect
import io
import types
from asyncio import iscoroutinefunction

from unittest.mock._magics import (_all_magics, _all_sync_magics, _async_magics, _async_method_magics, _computed_values,
                                   _effects, _magics, _return_values, _unsupported_magics)
from unittest.mock._values import DEFAULT, call, sentinel
from unittest.mock._values import (_Call, _CallList, _deleted, _format_call, _is_magic, _missing, _noted,
                                   _SpecState)

FILTER_DIR = True  # dir() of a mock leaves its own private names out
_FUNCTIONS = (types.FunctionType, types.MethodType)


class InvalidSpecError(Exception):
    """A mock is no specification for another one."""


# --- what things are ---

def _is_exception(obj):
    return isinstance(obj, BaseException) or isinstance(obj, type) and issubclass(obj, BaseException)


def _is_mock(obj):
    return isinstance(type(obj), type) and issubclass(type(obj), NonCallableMock)


def _is_async_function(obj):
    if isinstance(getattr(obj, '__code__', None), types.CodeType):
        return iscoroutinefunction(obj)
    return False


def _is_async(obj):
    return _is_async_function(obj) or inspect.isawaitable(obj)


def _mock_of(obj):
    """The mock that a value is, or that is behind an autospecced function; None: neither."""
    if _is_mock(obj):
        return obj
    if isinstance(obj, types.FunctionType) and _is_mock(obj.__dict__.get('mock')):
        return obj.mock
    return None


def _adopt(parent, value, name, new_name):
    """Let a mock that has no parent yet, and was given no name, have this one."""
    value = _mock_of(value)
    if value is None or value._mock_name or value._mock_new_name or value._mock_parent is not None \
            or value._mock_new_parent is not None:
        return False
    above = parent
    while above is not None:
        if above is value:
            return False  # it would be its own ancestor
        above = above._mock_new_parent
    if new_name:
        value._mock_new_parent = parent
        value._mock_new_name = new_name
    if name:
        value._mock_parent = parent
        value._mock_name = name
    return True


def _signature_of(spec, as_instance, eat_self):
    """The signature of what a call of the mock stands for, or None if nobody knows."""
    if isinstance(spec, type) and not as_instance:
        spec = spec.__init__
        eat_self = True
    elif isinstance(spec, (classmethod, staticmethod)):
        if isinstance(spec, classmethod):
            eat_self = True
        spec = spec.__func__
    elif not isinstance(spec, _FUNCTIONS):
        try:
            spec = spec.__call__
        except AttributeError:
            return None
    try:
        return inspect.signature(functools.partial(spec, None) if eat_self else spec)
    except (ValueError, TypeError):
        return None


def _callable(obj):
    if isinstance(obj, (staticmethod, classmethod)):
        return _callable(obj.__func__)
    return isinstance(obj, type) or getattr(obj, '__call__', None) is not None


def _instances_are_callable(obj):
    if not isinstance(obj, type):
        return getattr(obj, '__call__', None) is not None
    return any('__call__' in base.__dict__ for base in obj.__mro__)


def _is_list(obj):
    return type(obj) in (list, tuple)


# --- the mock ---

def _delegated(name):
    """A property that is kept in the mock, or in the function that stands for it."""
    key = '_mock_' + name

    def get(self):
        delegate = self._mock_delegate
        return self.__dict__[key] if delegate is None else getattr(delegate, name)

    def set(self, value):
        delegate = self._mock_delegate
        if delegate is None:
            self.__dict__[key] = value
        else:
            setattr(delegate, name, value)

    return property(get, set)


_DELEGATED = ('called', 'call_count', 'call_args', 'call_args_list', 'mock_calls')
_OWN_NAMES = {'return_value', 'side_effect', 'method_calls', '_spec_class', '_spec_set', '_spec_signature', 'name'}
_MISSPELT = ('assert', 'assret', 'asert', 'aseert', 'assrt')


class NonCallableMock:
    """A mock that cannot be called.

    spec: a class, an object or a list of names; there are no other attributes than theirs, and isinstance() says that
    the mock is one. spec_set: nor can others be set. wraps: an object that attributes and calls are passed on to.
    name: for the repr. unsafe: attributes that look like misspelt assertions are allowed. Other keywords are
    attributes to be set, as configure_mock() does.
    """

    def __new__(cls, spec=None, wraps=None, name=None, spec_set=None, parent=None, _spec_state=None, _new_name='',
                _new_parent=None, _spec_as_instance=False, _eat_self=None, unsafe=False, **kwargs):
        bases = (cls,)
        if issubclass(cls, CallableMixin) and not issubclass(cls, AsyncMockMixin):
            given = spec_set or spec
            if given is not None and not _is_list(given) and _is_async_function(given):
                bases = (AsyncMockMixin, cls)
        return object.__new__(type(cls.__name__, bases, {'__doc__': cls.__doc__, '__module__': cls.__module__}))

    def __init__(self, spec=None, wraps=None, name=None, spec_set=None, parent=None, _spec_state=None, _new_name='',
                 _new_parent=None, _spec_as_instance=False, _eat_self=None, unsafe=False, **kwargs):
        self.__dict__.update(
            _mock_parent=parent, _mock_name=name, _mock_new_name=_new_name,
            _mock_new_parent=parent if _new_parent is None else _new_parent, _mock_sealed=False, _mock_children={},
            _mock_wraps=wraps, _mock_delegate=None, _mock_unsafe=unsafe, _mock_return_value=DEFAULT,
            _mock_side_effect=None, _mock_methods=None, _spec_class=None, _spec_set=None, _spec_signature=None,
            _spec_asyncs=(), _mock_called=False, _mock_call_count=0, _mock_call_args=None,
            _mock_call_args_list=_CallList(), _mock_mock_calls=_CallList(), method_calls=_CallList())
        if spec_set is not None:
            spec, spec_set = spec_set, True
        self._mock_add_spec(spec, spec_set, _spec_as_instance, parent is not None if _eat_self is None else _eat_self)
        self._mock_set_magics()
        if kwargs:
            self.configure_mock(**kwargs)

    called, call_count, call_args, call_args_list, mock_calls = map(_delegated, _DELEGATED)

    def _mock_set_magics(self):
        """For classes that have special methods at once."""

    def _mock_add_spec(self, spec, spec_set, _spec_as_instance=False, _eat_self=False):
        if _is_mock(spec):
            raise InvalidSpecError(f'Cannot spec a Mock object. [object={spec!r}]')
        cls = signature = None
        asyncs = []
        if spec is not None and not _is_list(spec):
            cls = spec if isinstance(spec, type) else type(spec)
            signature = _signature_of(spec, _spec_as_instance, _eat_self)
            names = dir(spec)
            for name in names:
                if _is_async_function(inspect.getattr_static(spec, name, None)):
                    asyncs.append(name)
            spec = names
        self.__dict__.update(_spec_class=cls, _spec_set=spec_set, _spec_signature=signature, _mock_methods=spec,
                             _spec_asyncs=asyncs)

    def mock_add_spec(self, spec, spec_set=False):
        """Give it a specification, or another one."""
        self._mock_add_spec(spec, spec_set)
        self._mock_set_magics()

    def attach_mock(self, mock, attribute):
        """Let the mock be this one's attribute, and its calls be seen here."""
        inner = _mock_of(mock)
        inner._mock_parent = inner._mock_new_parent = None
        inner._mock_name = ''
        inner._mock_new_name = None
        setattr(self, attribute, mock)

    def configure_mock(self, /, **kwargs):
        """Set attributes, also those of attributes: {'method.return_value': 3}."""
        for path, value in sorted(kwargs.items(), key=lambda item: item[0].count('.')):
            *way, last = path.split('.')
            obj = self
            for name in way:
                obj = getattr(obj, name)
            setattr(obj, last, value)

    @property
    def return_value(self):
        """What a call returns: a mock, unless something else has been set."""
        value = self.__dict__['_mock_return_value']
        if self._mock_delegate is not None:
            value = self._mock_delegate.return_value
        if value is DEFAULT and (self._mock_wraps is None or not _callable(self._mock_wraps)):
            value = self._get_child_mock(_new_parent=self, _new_name='()')
            self.return_value = value
        return value

    @return_value.setter
    def return_value(self, value):
        if self._mock_delegate is not None:
            self._mock_delegate.return_value = value
        else:
            self.__dict__['_mock_return_value'] = value
            _adopt(self, value, None, '()')

    @property
    def side_effect(self):
        """What a call does: a function to call, an exception to raise, an iterable of results and exceptions, or
        None."""
        if self._mock_delegate is not None:
            return self._mock_delegate.side_effect
        return self.__dict__['_mock_side_effect']

    @side_effect.setter
    def side_effect(self, value):
        if not (value is None or _is_exception(value) or _callable(value)):
            try:
                value = iter(value)
            except TypeError:
                pass
        if self._mock_delegate is None:
            self.__dict__['_mock_side_effect'] = value
        else:
            self._mock_delegate.side_effect = value

    @property
    def __class__(self):
        return type(self) if self._spec_class is None else self._spec_class

    def reset_mock(self, visited=None, *, return_value=False, side_effect=False):
        """Forget all calls, of the attributes, too; return value and side effect only if that is asked for."""
        visited = [] if visited is None else visited
        if id(self) in visited:
            return
        visited.append(id(self))
        self.called = False
        self.call_args = None
        self.call_count = 0
        self.mock_calls = _CallList()
        self.call_args_list = _CallList()
        self.method_calls = _CallList()
        if return_value:
            self.__dict__['_mock_return_value'] = DEFAULT
        if side_effect:
            self.__dict__['_mock_side_effect'] = None
        for child in self._mock_children.values():
            if isinstance(child, _SpecState) or child is _deleted:
                continue
            child.reset_mock(visited, return_value=return_value, side_effect=side_effect)
        value = self.__dict__['_mock_return_value']
        if _is_mock(value) and value is not self:
            value.reset_mock(visited)

    # --- attributes ---

    def __getattr__(self, name):
        if name.startswith('_mock_') or name in _OWN_NAMES:
            sealed = self.__dict__.get('_mock_sealed')  # then the property could not make a mock
            raise AttributeError(f'{self._extract_mock_name()}.{name}' if sealed else name)
        methods = self._mock_methods
        if methods is not None:
            if name not in methods or name in _all_magics:
                raise AttributeError(f'Mock object has no attribute {name!r}')
        elif _is_magic(name):
            raise AttributeError(name)
        if not self._mock_unsafe and (not methods or name not in methods):
            if name.startswith(_MISSPELT) or name in _NOT_ASSERTIONS:
                raise AttributeError(f'{name!r} is not a valid assertion. '
                                     f'Use a spec for the mock if {name!r} is meant to be an attribute.')
        child = self._mock_children.get(name)
        if child is _deleted:
            raise AttributeError(name)
        if child is None:
            wraps = None if self._mock_wraps is None else getattr(self._mock_wraps, name)
            child = self._get_child_mock(parent=self, name=name, wraps=wraps, _new_name=name, _new_parent=self)
            self._mock_children[name] = child
        elif isinstance(child, _SpecState):
            try:
                child = create_autospec(child.spec, child.spec_set, child.instance, child.parent, child.name)
            except InvalidSpecError:
                raise InvalidSpecError(f'Cannot autospec attr {name!r} from target {self._extract_mock_name()!r} as it '
                                       f'has already been mocked out. [target={self!r}, attr={child.spec!r}]')
            self._mock_children[name] = child
        return child

    def __setattr__(self, name, value):
        methods = self._mock_methods
        if name.startswith('_mock_') or name in _OWN_NAMES or name in _DELEGATED or name in _AWAITED:
            object.__setattr__(self, name, value)
            return
        if self._spec_set and methods is not None and name not in methods and name not in self.__dict__:
            raise AttributeError(f"Mock object has no attribute '{name}'")
        if name in _unsupported_magics:
            raise AttributeError(f'Attempting to set unsupported magic method {name!r}.')
        if name in _all_magics:
            if methods is not None and name not in methods:
                raise AttributeError(f"Mock object has no attribute '{name}'")
            if _is_mock(value):
                _adopt(self, value, None, name)
                setattr(type(self), name, value)
                self._mock_children[name] = value
                return
            setattr(type(self), name, _as_method(name, value))
            value = functools.partial(value, self)
        elif name == '__class__':
            self.__dict__['_spec_class'] = value
            return
        elif _adopt(self, value, name, name):
            self._mock_children[name] = value
        if self._mock_sealed and not hasattr(self, name):
            raise AttributeError(f'Cannot set {self._extract_mock_name()}.{name}')
        if isinstance(value, PropertyMock):
            self.__dict__[name] = value
            return
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if name in _all_magics and name in type(self).__dict__:
            delattr(type(self), name)
            if name not in self.__dict__:
                return
        child = self._mock_children.get(name, _missing)
        if name in self.__dict__:
            object.__delattr__(self, name)
        elif child is _deleted:
            raise AttributeError(name)
        self._mock_children[name] = _deleted

    def __dir__(self):
        own = dir(type(self))
        data = list(self.__dict__)
        children = [name for name, child in self._mock_children.items() if child is not _deleted]
        if FILTER_DIR:
            own = [name for name in own if not name.startswith('_')]
            data = [name for name in data if not name.startswith('_') or _is_magic(name)]
        return sorted({*(self._mock_methods or ()), *own, *data, *children})

    def _get_child_mock(self, /, **kwargs):
        """A mock for an attribute or return value: of the same kind, but callable, and asynchronous where the
        specification says so."""
        if self._mock_sealed:
            raise AttributeError(f"{self._extract_mock_name()}.{kwargs.get('name', 'return_value')}")
        if kwargs.get('_new_name') in self._spec_asyncs:
            return AsyncMock(**kwargs)
        cls = next(base for base in type(self).__mro__[1:] if base.__module__ == __name__
                   or issubclass(base, NonCallableMock))
        if issubclass(cls, AsyncMock):
            magic = kwargs.get('_new_name') in _async_magics
            plain = kwargs.get('_new_name') in _all_sync_magics or (
                self._mock_methods and kwargs.get('_new_name') in self._mock_methods
                and kwargs.get('_new_name') not in self._spec_asyncs)
            cls = MagicMock if plain and not magic else AsyncMock
        elif issubclass(cls, NonCallableMock) and not issubclass(cls, CallableMixin):
            cls = MagicMock if issubclass(cls, MagicMixin) else Mock
        if kwargs.get('_new_name') in _async_method_magics and cls is MagicMock:
            cls = AsyncMock
        return cls(**kwargs)

    # --- names ---

    def _extract_mock_name(self):
        """The way to it from the outermost mock: mock.a().b."""
        names, each = [], self
        while True:
            above = each._mock_new_parent
            if above is None:
                break
            names.append(each._mock_new_name or '')
            each = above
        text = each._mock_name or 'mock'
        for name in reversed(names):
            text += name if name == '()' else f'.{name}'
        return text

    def __repr__(self):
        name = self._extract_mock_name()
        name = '' if name in ('mock', 'mock.') else f' name={name!r}'
        spec = ''
        if self._spec_class is not None:
            spec = f" {'spec_set' if self._spec_set else 'spec'}={self._spec_class.__name__!r}"
        return f"<{type(self).__name__}{name}{spec} id='{id(self)}'>"

    # --- assertions ---

    def _calls_repr(self):
        return f'\nCalls: {_CallList(self.mock_calls)!r}.' if self.mock_calls else ''

    def _name_or_mock(self):
        return self._mock_name or 'mock'

    def _format_mock_call_signature(self, args, kwargs):
        return _format_call(self._name_or_mock(), args, kwargs)

    def _format_mock_failure_message(self, args, kwargs, action='call'):
        last = self.call_args if action == 'call' else self.await_args
        return (f'expected {action} not found.\nExpected: {self._format_mock_call_signature(args, kwargs)}\n'
                f'  Actual: {self._format_mock_call_signature(*last)}')

    def _signature_for(self, name):
        """The signature of the attribute of that name, '' for this mock's own, or None."""
        if not name:
            return self._spec_signature
        mock = self
        for part in name.replace('()', '').split('.'):
            child = mock._mock_children.get(part)
            if isinstance(child, _SpecState) or (child := _mock_of(child)) is None:
                return None
            mock = child
        return mock._spec_signature

    def _call_matcher(self, a_call):
        """The call in a form that is the same however arguments are given; or an exception if they do not fit."""
        name, args, kwargs = _Call._parts(tuple(a_call))
        signature = self._signature_for(name)
        if signature is None:
            return a_call
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            return error.with_traceback(None)
        return call(*bound.args, **bound.kwargs) if not name else _Call((name, bound.args, bound.kwargs))

    def assert_called(self):
        """It has been called."""
        if self.call_count == 0:
            raise AssertionError(f"Expected '{self._name_or_mock()}' to have been called.")

    def assert_not_called(self):
        """It has never been called."""
        if self.call_count != 0:
            raise AssertionError(f"Expected '{self._name_or_mock()}' to not have been called. Called {self.call_count} "
                                 f"times.{self._calls_repr()}")

    def assert_called_once(self):
        """It has been called exactly once."""
        if self.call_count != 1:
            raise AssertionError(f"Expected '{self._name_or_mock()}' to have been called once. Called "
                                 f"{self.call_count} times.{self._calls_repr()}")

    def assert_called_with(self, /, *args, **kwargs):
        """The last call had these arguments."""
        if self.call_args is None:
            raise AssertionError(f'expected call not found.\nExpected: '
                                 f'{self._format_mock_call_signature(args, kwargs)}\n  Actual: not called.')
        self._check_last(self.call_args, args, kwargs, 'call')

    def assert_called_once_with(self, /, *args, **kwargs):
        """The only call had these arguments."""
        if self.call_count != 1:
            raise AssertionError(f"Expected '{self._name_or_mock()}' to be called once. Called {self.call_count} "
                                 f"times.{self._calls_repr()}")
        return self.assert_called_with(*args, **kwargs)

    def assert_any_call(self, /, *args, **kwargs):
        """Some call had these arguments."""
        self._check_any(self.call_args_list, args, kwargs, 'call')

    def assert_has_calls(self, calls, any_order=False):
        """mock_calls has these calls, one after the other; or in any order."""
        self._check_has(calls, any_order, self.mock_calls, 'Calls', '  Actual')

    def _check_last(self, last, args, kwargs, action):
        """The last call or await was with these arguments."""
        expected, actual = self._call_matcher(_Call((args, kwargs), two=True)), self._call_matcher(last)
        if actual != expected:
            cause = expected if isinstance(expected, Exception) else None
            raise AssertionError(self._format_mock_failure_message(args, kwargs, action)) from cause

    def _check_any(self, all_args, args, kwargs, action):
        """One of the calls or awaits was with these arguments."""
        expected = self._call_matcher(_Call((args, kwargs), two=True))
        cause = expected if isinstance(expected, Exception) else None
        if cause or not any(self._call_matcher(each) == expected for each in all_args):
            raise AssertionError(f'{self._format_mock_call_signature(args, kwargs)} {action} not found') from cause

    def _check_has(self, calls, any_order, all_calls, what, actual):
        expected = [self._call_matcher(each) for each in calls]
        cause = next((each for each in expected if isinstance(each, Exception)), None)
        matched = _CallList(self._call_matcher(each) for each in all_calls)
        if not any_order:
            if expected not in matched:
                if cause is None:
                    problem = f'{what} not found.'
                else:
                    errors = [each if isinstance(each, Exception) else None for each in expected]
                    problem = f'Error processing expected {what.lower()}.\nErrors: {errors}'
                shown = f'\n{actual}: {_CallList(all_calls)!r}' if all_calls or what == 'Awaits' else ''
                raise AssertionError(f'{problem}\nExpected: {_CallList(calls)!r}{shown}') from cause
            return
        left, lacking = list(matched), []
        for each in expected:
            try:
                left.remove(each)
            except ValueError:
                lacking.append(each)
        if lacking:
            if what == 'Awaits':
                problem = f'{tuple(lacking)!r} not all found in await list'
            else:
                problem = (f'{self._name_or_mock()!r} does not contain all of {tuple(lacking)!r} in its call list, '
                           f'found {_CallList(left)!r} instead')
            raise AssertionError(problem) from cause


class CallableMixin:
    """What can be called."""

    def __init__(self, spec=None, side_effect=None, return_value=DEFAULT, wraps=None, name=None, spec_set=None,
                 parent=None, _spec_state=None, _new_name='', _new_parent=None, **kwargs):
        super().__init__(spec, wraps, name, spec_set, parent, _spec_state, _new_name, _new_parent, **kwargs)
        if return_value is not DEFAULT:
            self.return_value = return_value
        self.side_effect = side_effect

    def __call__(self, /, *args, **kwargs):
        self._mock_check_sig(*args, **kwargs)
        self._increment_mock_call(*args, **kwargs)
        return self._execute_mock_call(*args, **kwargs)

    def _mock_check_sig(self, /, *args, **kwargs):
        """Autospecced mocks check the arguments here."""

    def _increment_mock_call(self, /, *args, **kwargs):
        """Note the call, here and in all mocks that this one belongs to."""
        self.called = True
        self.call_count += 1
        this = _noted((args, kwargs))
        self.call_args = this
        self.call_args_list.append(this)
        self.mock_calls.append(_noted(('', args, kwargs)))
        method_name = self._mock_name if self._mock_parent is not None else None
        path = self._mock_new_name
        above = self._mock_new_parent
        while above is not None:
            if method_name is not None:
                above.method_calls.append(_noted((method_name, args, kwargs)))
                method_name = None if above._mock_parent is None else f'{above._mock_name}.{method_name}'
            above.mock_calls.append(_noted((path, args, kwargs)))
            if above._mock_new_name:
                path = f"{above._mock_new_name}{'' if path.startswith('()') else '.'}{path}"
            above = above._mock_new_parent

    def _execute_mock_call(self, /, *args, **kwargs):
        effect = self.side_effect
        if effect is not None:
            if _is_exception(effect):
                raise effect
            if not _callable(effect):
                result = next(effect)
                if _is_exception(result):
                    raise result
            else:
                result = effect(*args, **kwargs)
            if result is not DEFAULT:
                return result
        if self._has_return_value():
            return self.return_value
        if self._mock_wraps is not None and _callable(self._mock_wraps):
            return self._mock_wraps(*args, **kwargs)
        return self.return_value

    def _has_return_value(self):
        delegate = self._mock_delegate
        value = self.__dict__['_mock_return_value'] if delegate is None else delegate.return_value
        return value is not DEFAULT


class Mock(CallableMixin, NonCallableMock):
    """A mock that can be called. side_effect and return_value say what a call does; the other arguments are those of
    NonCallableMock."""


# --- special methods ---

def _as_method(name, func):
    def method(self, /, *args, **kwargs):
        return func(self, *args, **kwargs)
    method.__name__ = name
    return method


class MagicProxy:
    """Stands in a mock's class for a special method until that is used."""

    def __init__(self, name, parent):
        self.name = name
        self.parent = parent

    def create_mock(self):
        name, parent = self.name, self.parent
        method = parent._get_child_mock(name=name, _new_name=name, _new_parent=parent)
        setattr(parent, name, method)
        if name in _return_values:
            method.return_value = _return_values[name]
        elif name in _computed_values:
            method.return_value = _computed_values[name](parent)
        elif name in _effects:
            method.side_effect = _effects[name](parent)
        return method

    def __get__(self, obj, _type=None):
        return self.create_mock()


class MagicMixin:
    """What has all special methods, or those of its specification."""

    def _mock_set_magics(self):
        wanted = _magics | _async_magics
        methods = self.__dict__['_mock_methods']
        if methods is not None:
            for name in wanted - set(methods):
                if name in type(self).__dict__:
                    delattr(self, name)
            wanted = wanted & set(methods)
        cls = type(self)
        for name in wanted - set(cls.__dict__):
            setattr(cls, name, MagicProxy(name, self))


class NonCallableMagicMock(MagicMixin, NonCallableMock):
    """A MagicMock that cannot be called."""


class MagicMock(MagicMixin, Mock):
    """A Mock with special methods: it has a length, can be iterated over, entered, compared, ..."""

    def reset_mock(self, /, *args, return_value=False, **kwargs):
        if return_value:  # those of the special methods are part of them
            for name in _magics:
                child = self._mock_children.get(name)
                if child is not None and child is not _deleted and name in _return_values:
                    self._mock_children.pop(name)
                    setattr(type(self), name, MagicProxy(name, self))
        super().reset_mock(*args, return_value=return_value, **kwargs)


# --- asynchronous mocks ---

_AWAITED = ('await_count', 'await_args', 'await_args_list')


class AsyncMockMixin:
    """A call returns a coroutine, and it is noted when that is awaited."""

    def __init__(self, /, *args, **kwargs):
        self.__dict__.update(_mock_delegate=None, _mock_await_count=0, _mock_await_args=None,
                             _mock_await_args_list=_CallList())
        super().__init__(*args, **kwargs)
        # inspect and asyncio take it for a coroutine function.
        self.__dict__['_is_coroutine'] = asyncio.coroutines._is_coroutine
        code = NonCallableMock(spec_set=types.CodeType)
        code.__dict__['co_flags'] = inspect.CO_COROUTINE | inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
        self.__dict__['__code__'] = code
        self.__dict__['__name__'] = 'AsyncMock'
        self.__dict__['__defaults__'] = ()
        self.__dict__['__kwdefaults__'] = {}
        self.__dict__['__annotations__'] = None

    await_count, await_args, await_args_list = map(_delegated, _AWAITED)

    async def _execute_mock_call(self, /, *args, **kwargs):
        this = _noted((args, kwargs))
        self.await_count += 1
        self.await_args = this
        self.await_args_list.append(this)
        effect = self.side_effect
        if effect is not None:
            if _is_exception(effect):
                raise effect
            if not _callable(effect):
                try:
                    result = next(effect)
                except StopIteration:
                    raise StopAsyncIteration  # a StopIteration cannot leave a coroutine
                if _is_exception(result):
                    raise result
            elif iscoroutinefunction(effect):
                result = await effect(*args, **kwargs)
            else:
                result = effect(*args, **kwargs)
            if result is not DEFAULT:
                return result
        if self._has_return_value():
            return self.return_value
        if self._mock_wraps is not None:
            if iscoroutinefunction(self._mock_wraps):
                return await self._mock_wraps(*args, **kwargs)
            return self._mock_wraps(*args, **kwargs)
        return self.return_value

    def assert_awaited(self):
        """It has been awaited."""
        if self.await_count == 0:
            raise AssertionError(f'Expected {self._name_or_mock()} to have been awaited.')

    def assert_awaited_once(self):
        """It has been awaited exactly once."""
        if self.await_count != 1:
            raise AssertionError(f'Expected {self._name_or_mock()} to have been awaited once. Awaited '
                                 f'{self.await_count} times.')

    def assert_awaited_with(self, /, *args, **kwargs):
        """The last await had these arguments."""
        if self.await_args is None:
            raise AssertionError(f'Expected await: {self._format_mock_call_signature(args, kwargs)}\nNot awaited')
        self._check_last(self.await_args, args, kwargs, 'await')

    def assert_awaited_once_with(self, /, *args, **kwargs):
        """The only await had these arguments."""
        if self.await_count != 1:
            raise AssertionError(f'Expected {self._name_or_mock()} to have been awaited once. Awaited '
                                 f'{self.await_count} times.')
        return self.assert_awaited_with(*args, **kwargs)

    def assert_any_await(self, /, *args, **kwargs):
        """Some await had these arguments."""
        self._check_any(self.await_args_list, args, kwargs, 'await')

    def assert_has_awaits(self, calls, any_order=False):
        """These awaits are there, one after the other; or in any order."""
        self._check_has(calls, any_order, self.await_args_list, 'Awaits', 'Actual')

    def assert_not_awaited(self):
        """It has never been awaited."""
        if self.await_count != 0:
            raise AssertionError(f'Expected {self._name_or_mock()} to not have been awaited. Awaited '
                                 f'{self.await_count} times.')

    def reset_mock(self, /, *args, **kwargs):
        super().reset_mock(*args, **kwargs)
        self.await_count = 0
        self.await_args = None
        self.await_args_list = _CallList()


class AsyncMagicMixin(MagicMixin):
    """The special methods of AsyncMock."""


class AsyncMock(AsyncMockMixin, AsyncMagicMixin, Mock):
    """A mock of a coroutine function."""


_NOT_ASSERTIONS = {name.removeprefix('assert_') for name in dir(AsyncMock) if name.startswith('assert_')}


# --- particular mocks ---


class _ANY:
    """Equals everything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __repr__(self):
        return '<ANY>'


ANY = _ANY()


class PropertyMock(Mock):
    """A mock of a property, to be put into a class: reading calls it without an argument, setting with the value."""

    def _get_child_mock(self, /, **kwargs):
        return MagicMock(**kwargs)

    def __get__(self, obj, obj_type=None):
        return self()

    def __set__(self, obj, val):
        self(val)


def seal(mock):
    """Let the mock, and those that belong to it, make no more attributes."""
    mock._mock_sealed = True
    for name in dir(mock):
        try:
            child = getattr(mock, name)
        except AttributeError:
            continue
        if not _is_mock(child) or isinstance(child.__dict__.get('_spec_state'), _SpecState):
            continue
        if child._mock_new_parent is mock:
            seal(child)


def mock_open(mock=None, read_data=''):
    """A mock of open(): what it returns reads this text, or these bytes."""
    text = not isinstance(read_data, bytes)
    state = {}

    def rewind(*args, **kwargs):
        state['file'] = io.StringIO(read_data, newline='\n') if text else io.BytesIO(read_data)
        return DEFAULT

    def reader(name):
        def read(*args, **kwargs):
            method = getattr(handle, name)
            value = method.__dict__['_mock_return_value']
            return getattr(state['file'], name)(*args, **kwargs) if value is DEFAULT else value
        return read

    def next_line():
        value = handle.readline.__dict__['_mock_return_value']
        if value is not DEFAULT:
            return value
        return next(state['file'])

    def lines():
        value = handle.readline.__dict__['_mock_return_value']
        if value is not DEFAULT:
            while True:
                yield value
        yield from state['file']

    if mock is None:
        mock = MagicMock(name='open', spec=open)
    handle = MagicMock(spec=_file_names())
    handle.__enter__.return_value = handle
    rewind()
    handle.write.return_value = None
    for name in ('read', 'readline', 'readlines'):
        getattr(handle, name).return_value = DEFAULT
        getattr(handle, name).side_effect = reader(name)
    handle.__iter__.side_effect = lines
    handle.__next__.side_effect = next_line
    handle.__exit__.side_effect = lambda *exc: handle.close()
    mock.side_effect = rewind
    mock.return_value = handle
    return mock


@functools.cache
def _file_names():
    return sorted({*dir(io.TextIOWrapper), *dir(io.BytesIO)})


# They stand on what is above.
from unittest.mock._autospec import create_autospec
from unittest.mock._patch import _patch, _patch_dict, patch
