"""Which special methods mocks may have, and what those do that are not told what to do."""

from unittest.mock._values import DEFAULT

__name__ = 'unittest.mock'  # the home that classes and functions tell


_numerics = 'add sub mul matmul truediv floordiv mod lshift rshift and xor or pow'.split()
_magics = {f'__{name}__' for name in (
    *'lt gt le ge eq ne getitem setitem delitem len contains str sizeof enter exit divmod rdivmod neg pos abs invert '
     'complex int float index round trunc floor ceil bool next fspath aiter hash'.split(),
    *_numerics, *('i' + name for name in _numerics), *('r' + name for name in _numerics), 'iter')}
_unusual_magics = {f'__{name}__' for name in
                   'get set delete reversed missing reduce reduce_ex getinitargs getnewargs getstate setstate '
                   'getformat repr dir subclasses format getnewargs_ex'.split()}
_async_method_magics = {'__aenter__', '__aexit__', '__anext__'}
_async_magics = _async_method_magics | {'__aiter__'}
_all_sync_magics = (_magics | _unusual_magics) - {'__aiter__'}
_all_magics = _all_sync_magics | _async_magics
_unsupported_magics = {
    f'__{name}__' for name in 'getattr setattr init new prepare instancecheck subclasscheck del'.split()}

_return_values = {
    '__lt__': NotImplemented, '__gt__': NotImplemented, '__le__': NotImplemented, '__ge__': NotImplemented,
    '__int__': 1, '__contains__': False, '__len__': 0, '__exit__': False, '__complex__': 1j, '__float__': 1.0,
    '__bool__': True, '__index__': 1, '__aexit__': False}
_computed_values = {
    '__hash__': lambda mock: object.__hash__(mock), '__str__': lambda mock: object.__str__(mock),
    '__sizeof__': lambda mock: object.__sizeof__(mock),
    '__fspath__': lambda mock: f'{type(mock).__name__}/{mock._extract_mock_name()}/{id(mock)}'}


def _own_value(method):
    return method.__dict__['_mock_return_value']


def _eq_effect(mock):
    def eq(other):
        value = _own_value(mock.__eq__)
        if value is not DEFAULT:
            return value
        return True if mock is other else NotImplemented
    return eq


def _ne_effect(mock):
    def ne(other):
        if _own_value(mock.__ne__) is not DEFAULT:
            return DEFAULT
        return False if mock is other else NotImplemented
    return ne


def _iter_effect(mock):
    def iterate():
        value = _own_value(mock.__iter__)
        return iter([]) if value is DEFAULT else iter(value)
    return iterate


class _AsyncIterator:
    def __init__(self, iterator):
        self.iterator = iterator

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self.iterator)
        except StopIteration:
            pass
        raise StopAsyncIteration


def _aiter_effect(mock):
    def iterate():
        value = _own_value(mock.__aiter__)
        return _AsyncIterator(iter([] if value is DEFAULT else value))
    return iterate


_effects = {'__eq__': _eq_effect, '__ne__': _ne_effect, '__iter__': _iter_effect, '__aiter__': _aiter_effect}
