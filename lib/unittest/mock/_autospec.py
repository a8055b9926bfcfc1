"""create_autospec(): mocks that are called and have attributes as another object is and has."""

import inspect
import types

from unittest.mock import (_AWAITED, _DELEGATED, _FUNCTIONS, AsyncMock, AsyncMockMixin, InvalidSpecError, MagicMock,
                           NonCallableMagicMock, _callable, _instances_are_callable, _is_async_function, _is_list,
                           _is_mock, _signature_of)
from unittest.mock._values import DEFAULT, _CallList, _is_magic, _SpecState

__name__ = 'unittest.mock'  # the home that classes and functions tell


def _check_calls(mock, signature):
    """Let calls whose arguments do not fit raise a TypeError."""
    if signature is None:
        return

    def check(self, /, *args, **kwargs):
        signature.bind(*args, **kwargs)

    type(mock)._mock_check_sig = check
    type(mock).__signature__ = signature


def _function_for(mock, original):
    """A function with the name and signature of the original, that calls the mock and has its attributes."""
    signature = _signature_of(original, False, False)
    if signature is None:
        return mock
    if _is_async_function(original):
        async def function(*args, **kwargs):
            signature.bind(*args, **kwargs)
            return await mock(*args, **kwargs)
    else:
        def function(*args, **kwargs):
            signature.bind(*args, **kwargs)
            return mock(*args, **kwargs)
    for name in ('__name__', '__doc__', '__text_signature__', '__module__', '__defaults__', '__kwdefaults__'):
        if hasattr(original, name) and name not in ('__defaults__', '__kwdefaults__'):
            setattr(function, name, getattr(original, name))
    function.__qualname__ = getattr(original, '__name__', 'funcopy')
    function.__signature__ = signature
    function.mock = mock
    for name in _DELEGATED + (_AWAITED if isinstance(mock, AsyncMockMixin) else ()):
        setattr(function, name, mock.__dict__['_mock_' + name])
    function.method_calls = mock.method_calls
    function.return_value = mock.return_value
    function.side_effect = mock.side_effect
    function._mock_children = mock._mock_children
    for name in dir(mock):
        if name.startswith('assert_'):
            setattr(function, name, getattr(mock, name))
    function.attach_mock = mock.attach_mock
    function.configure_mock = mock.configure_mock

    def reset_mock(*args, **kwargs):
        function.method_calls = _CallList()
        mock.reset_mock(*args, **kwargs)

    function.reset_mock = reset_mock
    mock.__dict__['_mock_delegate'] = function
    mock.__dict__['_spec_signature'] = signature
    return function


def _must_skip(spec, name, is_type):
    """Is the first parameter of this function of a specification its self?"""
    if not isinstance(spec, type):
        if name in getattr(spec, '__dict__', {}):
            return False
        spec = spec.__class__
    for base in spec.__mro__:
        found = base.__dict__.get(name, DEFAULT)
        if found is DEFAULT:
            continue
        if isinstance(found, (staticmethod, classmethod)):
            return False
        return is_type if isinstance(found, _FUNCTIONS) else False
    return is_type


def create_autospec(spec, spec_set=False, instance=False, _parent=None, _name=None, *, unsafe=False, **kwargs):
    """A mock of an object, whose attributes are mocks of the object's, and whose calls must have arguments that fit.

    Of a class, the return value is a mock of an instance; `instance`: the mock is of one itself.
    """
    if _is_list(spec):
        spec = type(spec)
    is_type = isinstance(spec, type)
    if _is_mock(spec):
        raise InvalidSpecError(f'Cannot autospec a Mock object. [object={spec!r}]')
    is_function = isinstance(spec, _FUNCTIONS)
    options = {} if spec is None or inspect.isdatadescriptor(spec) else {'spec_set' if spec_set else 'spec': spec}
    if is_type and instance and options:
        options['_spec_as_instance'] = True
    if is_type and instance and not _instances_are_callable(spec):
        cls = NonCallableMagicMock
    elif not _callable(spec) and spec is not None and options:
        cls = NonCallableMagicMock
    elif is_function and _is_async_function(spec):
        cls = AsyncMock
    else:
        cls = MagicMock
    new_name = _name
    if _parent is None:
        _name = kwargs.pop('name', _name)
        new_name = ''
    mock = cls(parent=_parent, _new_parent=_parent, _new_name=new_name or '', name=_name, unsafe=unsafe, **options,
               **kwargs)
    result = mock
    if is_function:
        result = _function_for(mock, spec)
    elif options and (is_type or cls is not NonCallableMagicMock):
        _check_calls(mock, _signature_of(spec, instance, is_type and instance))
        if is_type and instance:
            mock.__dict__['_spec_signature'] = _signature_of(spec.__call__, True, True) if cls is MagicMock else None
    if _parent is not None and not instance:
        _parent._mock_children[_name] = result
    if is_type and not instance and 'return_value' not in kwargs:
        mock.return_value = create_autospec(spec, spec_set, instance=True, _name='()', _parent=mock)
    for name in dir(spec):
        if not _is_magic(name):
            _autospec_attribute(mock, result, spec, name, spec_set, is_type, instance)
    for name, value in kwargs.items():
        if name in ('return_value', 'side_effect'):
            setattr(mock, name, value)
    return result


def _autospec_attribute(mock, result, spec, name, spec_set, is_type, instance):
    try:
        original = getattr(spec, name)
    except AttributeError:
        return
    if not isinstance(original, _FUNCTIONS):
        mock._mock_children[name] = _SpecState(original, spec_set, mock, name)
        return
    skip = _must_skip(spec, name, is_type)
    if isinstance(original, types.MethodType):
        skip = False
    cls = AsyncMock if _is_async_function(original) else MagicMock
    child = cls(parent=mock, name=name, _new_name=name, _new_parent=mock, _eat_self=skip,
                **{'spec_set' if spec_set else 'spec': original})
    _check_calls(child, _signature_of(original, False, skip))
    mock._mock_children[name] = child
    if result is not mock:
        setattr(result, name, child)
