"""patch(): mocks in the place of other objects for a while."""

import builtins
import contextlib
import functools
import inspect
import types
from importlib import _import_dotted

from unittest.mock import (AsyncMock, CallableMixin, InvalidSpecError, MagicMock, NonCallableMagicMock, NonCallableMock,
                           _callable, _instances_are_callable, _is_async, _is_list, _is_mock, create_autospec)
from unittest.mock._values import DEFAULT

__name__ = 'unittest.mock'  # the home that classes and functions tell


def _resolve_target(target):
    try:
        target, attribute = target.rsplit('.', 1)
    except (TypeError, ValueError, AttributeError):
        raise TypeError(f'Need a valid target to patch. You supplied: {target!r}')
    return functools.partial(_import_dotted, target), attribute


class _patch:
    """A patch: a decorator and a context manager, which also has start() and stop()."""

    attribute_name = None
    _active_patches = []

    def __init__(self, getter, attribute, new, spec, create, spec_set, autospec, new_callable, kwargs, *, unsafe=False):
        if new_callable is not None:
            if new is not DEFAULT:
                raise ValueError("Cannot use 'new' and 'new_callable' together")
            if autospec is not None:
                raise ValueError("Cannot use 'autospec' and 'new_callable' together")
        if _is_mock(spec) or _is_mock(spec_set):
            which = 'spec' if _is_mock(spec) else 'spec_set'
            bad = spec if which == 'spec' else spec_set
            raise InvalidSpecError(f'Cannot spec attr {attribute!r} as the {which} has already been mocked out. '
                                   f'[{which}={bad!r}]')
        self.getter = getter
        self.attribute = attribute
        self.new = new
        self.new_callable = new_callable
        self.spec = spec
        self.create = create
        self.has_local = False
        self.spec_set = spec_set
        self.autospec = autospec
        self.kwargs = kwargs
        self.additional_patchers = []
        self.is_started = False
        self.unsafe = unsafe

    def copy(self):
        patcher = _patch(self.getter, self.attribute, self.new, self.spec, self.create, self.spec_set, self.autospec,
                         self.new_callable, self.kwargs, unsafe=self.unsafe)
        patcher.attribute_name = self.attribute_name
        patcher.additional_patchers = [p.copy() for p in self.additional_patchers]
        return patcher

    def __call__(self, func):
        if isinstance(func, type):
            return self.decorate_class(func)
        return self.decorate_callable(func)

    def decorate_class(self, klass):
        for name in dir(klass):
            if name.startswith(patch.TEST_PREFIX) and hasattr(getattr(klass, name), '__call__'):
                setattr(klass, name, self.copy()(getattr(klass, name)))
        return klass

    def decorate_callable(self, func):
        if hasattr(func, 'patchings'):
            func.patchings.append(self)  # one wrapper is enough for several patches
            return func
        if inspect.iscoroutinefunction(func):
            @functools.wraps(func)
            async def patched(*args, **keywargs):
                with self.decoration_helper(patched, args, keywargs) as (args, keywargs):
                    return await func(*args, **keywargs)
        else:
            @functools.wraps(func)
            def patched(*args, **keywargs):
                with self.decoration_helper(patched, args, keywargs) as (args, keywargs):
                    return func(*args, **keywargs)
        patched.patchings = [self]
        return patched

    @contextlib.contextmanager
    def decoration_helper(self, patched, args, keywargs):
        extra = []
        keywargs = dict(keywargs)
        with contextlib.ExitStack() as stack:
            for patching in patched.patchings:
                made = stack.enter_context(patching)
                if patching.attribute_name is not None:
                    keywargs.update(made)
                elif patching.new is DEFAULT:
                    extra.append(made)
            yield args + tuple(extra), keywargs

    def get_original(self):
        target = self.getter()
        name = self.attribute
        original, local = DEFAULT, False
        try:
            original = target.__dict__[name]
        except (AttributeError, KeyError):
            original = getattr(target, name, DEFAULT)
        else:
            local = True
        if name in builtins.__dict__ and isinstance(target, types.ModuleType):
            self.create = True
        if not self.create and original is DEFAULT:
            raise AttributeError(f'{target} does not have the attribute {name!r}')
        return original, local

    def _make_mock(self, original):
        """The mock that takes its place: of the kind and with the specification that was asked for."""
        spec, spec_set = self.spec, self.spec_set
        if spec is True:
            spec = original
            if spec_set is True:
                spec_set, spec = original, None
        elif spec is not None and spec_set is True:
            spec_set, spec = spec, None
        elif spec_set is True:
            spec_set = original
        options = {}
        if (spec is not None or spec_set is not None) and original is DEFAULT:
            raise TypeError("Can't use 'spec' with create=True")
        given = spec if spec_set is None else spec_set
        if self.new_callable is not None:
            cls = self.new_callable
        elif given is None and _is_async(original):
            cls = AsyncMock
        elif given is not None and not _is_list(given) and _is_async(given):
            cls = AsyncMock
        elif given is not None and not _is_list(given) and not _callable(given):
            cls = NonCallableMagicMock
        elif _is_list(given) and '__call__' not in given:
            cls = NonCallableMagicMock
        else:
            cls = MagicMock
        if spec is not None:
            options['spec'] = spec
        if spec_set is not None:
            options['spec_set'] = spec_set
        if isinstance(cls, type) and issubclass(cls, NonCallableMock) and self.attribute:
            options['name'] = self.attribute
        options.update(self.kwargs)
        mock = cls(**options)
        if isinstance(given, type) and issubclass(type(mock), CallableMixin):
            options.pop('name', None)
            return_cls = type(mock).__mro__[1] if _instances_are_callable(given) else NonCallableMagicMock
            mock.return_value = return_cls(_new_parent=mock, _new_name='()',
                                           **{key: options[key] for key in ('spec', 'spec_set') if key in options})
        return mock

    def _make_autospec(self, original):
        if self.new is not DEFAULT:
            raise TypeError("autospec creates the mock for you. Can't specify autospec and new.")
        if original is DEFAULT:
            raise TypeError("Can't use 'autospec' with create=True")
        autospec = original if self.autospec is True else self.autospec
        if _is_mock(self.target):
            raise InvalidSpecError(f'Cannot autospec attr {self.attribute!r} as the patch target has already been '
                                   f'mocked out. [target={self.target!r}, attr={autospec!r}]')
        if _is_mock(autospec):
            name = getattr(self.target, '__name__', self.target)
            raise InvalidSpecError(f'Cannot autospec attr {self.attribute!r} from target {name!r} as it has already '
                                   f'been mocked out. [target={self.target!r}, attr={autospec!r}]')
        if isinstance(autospec, (staticmethod, classmethod)):
            autospec = getattr(self.target, self.attribute)
        return create_autospec(autospec, spec_set=bool(self.spec_set), _name=self.attribute, **self.kwargs)

    def __enter__(self):
        if self.is_started:
            raise RuntimeError('Patch is already started')
        self.target = self.getter()
        if self.spec is False:
            self.spec = None
        if self.spec_set is False:
            self.spec_set = None
        if self.autospec is False:
            self.autospec = None
        if self.spec is not None and self.autospec is not None:
            raise TypeError("Can't specify spec and autospec")
        original, local = self.get_original()
        if self.new is DEFAULT and self.autospec is None:
            new = self._make_mock(original)
        elif self.autospec is not None:
            new = self._make_autospec(original)
        elif self.kwargs:
            raise TypeError("Can't pass kwargs to a mock we aren't creating")
        else:
            new = self.new
        self.temp_original, self.is_local = original, local
        self._exit_stack = contextlib.ExitStack()
        self.is_started = True
        try:
            setattr(self.target, self.attribute, new)
            if self.attribute_name is None:
                return new
            made = {self.attribute_name: new} if self.new is DEFAULT else {}
            for patching in self.additional_patchers:
                value = self._exit_stack.enter_context(patching)
                if patching.new is DEFAULT:
                    made.update(value)
            return made
        except BaseException as error:
            if not self.__exit__(type(error), error, error.__traceback__):
                raise

    def __exit__(self, *exc_info):
        if not self.is_started:
            return
        if self.is_local and self.temp_original is not DEFAULT:
            setattr(self.target, self.attribute, self.temp_original)
        else:
            delattr(self.target, self.attribute)
            if not self.create and (not hasattr(self.target, self.attribute) or self.attribute in (
                    '__doc__', '__module__', '__defaults__', '__annotations__', '__kwdefaults__')):
                setattr(self.target, self.attribute, self.temp_original)
        stack = self._exit_stack
        del self._exit_stack, self.is_local, self.temp_original, self.target  # the last set first: that is cheaper
        self.is_started = False
        return stack.__exit__(*exc_info)

    def start(self):
        """Begin; returns what the with statement would bind."""
        result = self.__enter__()
        self._active_patches.append(self)
        return result

    def stop(self):
        """End what start() has begun."""
        try:
            self._active_patches.remove(self)
        except ValueError:
            return None  # it was not started
        return self.__exit__(None, None, None)


def patch(target, new=DEFAULT, spec=None, create=False, spec_set=None, autospec=None, new_callable=None, *,
          unsafe=False, **kwargs):
    """Put `new`, a mock if it is not given, in the place of 'package.module.name', in a block or during a function.

    A function gets the mock as another argument. spec, spec_set, autospec: the mock's specification, True for the
    original. new_callable makes the mock. create: the name need not be there. Other keywords are for the mock.
    """
    getter, attribute = _resolve_target(target)
    return _patch(getter, attribute, new, spec, create, spec_set, autospec, new_callable, kwargs, unsafe=unsafe)


def _patch_object(target, attribute, new=DEFAULT, spec=None, create=False, spec_set=None, autospec=None,
                  new_callable=None, *, unsafe=False, **kwargs):
    """The same for an attribute of an object."""
    if type(target) is str:
        raise TypeError(f'{target!r} must be the actual object to be patched, not a str')
    return _patch(lambda: target, attribute, new, spec, create, spec_set, autospec, new_callable, kwargs, unsafe=unsafe)


def _patch_multiple(target, spec=None, create=False, spec_set=None, autospec=None, new_callable=None, **kwargs):
    """The same for several attributes. Those that are DEFAULT become mocks, which a function gets by keyword."""
    getter = functools.partial(_import_dotted, target) if type(target) is str else lambda: target
    if not kwargs:
        raise ValueError('Must supply at least one keyword argument with patch.multiple')
    patchers = []
    for attribute, new in kwargs.items():
        patcher = _patch(getter, attribute, new, spec, create, spec_set, autospec, new_callable, {})
        patcher.attribute_name = attribute
        patchers.append(patcher)
    patchers[0].additional_patchers.extend(patchers[1:])
    return patchers[0]


class _patch_dict:
    """Set items of a mapping, given by itself or its path, for a block, a function or the tests of a class.
    Afterwards it is as it was."""

    def __init__(self, in_dict, values=(), clear=False, **kwargs):
        self.in_dict = in_dict
        self.values = dict(values)
        self.values.update(kwargs)
        self.clear = clear
        self._original = None

    def __call__(self, f):
        if isinstance(f, type):
            return self.decorate_class(f)
        if inspect.iscoroutinefunction(f):
            @functools.wraps(f)
            async def inner(*args, **kwargs):
                with self:
                    return await f(*args, **kwargs)
        else:
            @functools.wraps(f)
            def inner(*args, **kwargs):
                with self:
                    return f(*args, **kwargs)
        return inner

    def decorate_class(self, klass):
        for name in dir(klass):
            if name.startswith(patch.TEST_PREFIX) and hasattr(getattr(klass, name), '__call__'):
                setattr(klass, name, _patch_dict(self.in_dict, self.values, self.clear)(getattr(klass, name)))
        return klass

    def __enter__(self):
        if isinstance(self.in_dict, str):
            self.in_dict = _import_dotted(self.in_dict)
        target = self.in_dict
        try:
            self._original = target.copy()
        except AttributeError:
            self._original = {key: target[key] for key in target}
        if self.clear:
            _clear_dict(target)
        try:
            target.update(self.values)
        except AttributeError:
            for key in self.values:
                target[key] = self.values[key]
        return target

    def _restore(self):
        _clear_dict(self.in_dict)
        try:
            self.in_dict.update(self._original)
        except AttributeError:
            for key in self._original:
                self.in_dict[key] = self._original[key]

    def __exit__(self, *args):
        if self._original is not None:
            self._restore()
            self._original = None
        return False

    def start(self):
        """Begin."""
        result = self.__enter__()
        _patch._active_patches.append(self)
        return result

    def stop(self):
        """End what start() has begun."""
        try:
            _patch._active_patches.remove(self)
        except ValueError:
            return None
        return self.__exit__(None, None, None)


def _clear_dict(target):
    try:
        target.clear()
    except AttributeError:
        for key in list(target):
            del target[key]


def _stop_all():
    """End all patches that have been begun by start()."""
    for patcher in reversed(_patch._active_patches):
        patcher.stop()


patch.object = _patch_object
patch.dict = _patch_dict
patch.multiple = _patch_multiple
patch.stopall = _stop_all
patch.TEST_PREFIX = 'test'
