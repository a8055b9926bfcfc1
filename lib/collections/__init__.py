"""Container types beside the built-in ones."""

__all__ = ['namedtuple']

import sys as _sys
from _collections import _tuplegetter

_KEYWORDS = frozenset('''False None True and as assert async await break class continue def del elif else except finally
    for from global if import in is lambda nonlocal not or pass raise return try while with yield'''.split())


# --- namedtuple ---

def _replaced_names(names):
    """What rename=True makes of the names that may not be used: _0, _1, ... by position."""
    seen = set()
    for index, name in enumerate(names):
        if not name.isidentifier() or name in _KEYWORDS or name.startswith('_') or name in seen:
            names[index] = f'_{index}'
        seen.add(name)


def _check_names(typename, names, rename):
    for name in [typename, *names]:
        if type(name) is not str:
            raise TypeError('Type names and field names must be strings')
        if not name.isidentifier():
            raise ValueError(f'Type names and field names must be valid identifiers: {name!r}')
        if name in _KEYWORDS:
            raise ValueError(f'Type names and field names cannot be a keyword: {name!r}')
    seen = set()
    for name in names:
        if name.startswith('_') and not rename:
            raise ValueError(f'Field names cannot start with an underscore: {name!r}')
        if name in seen:
            raise ValueError(f'Encountered duplicate field name: {name!r}')
        seen.add(name)


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    """A new subclass of tuple whose items are also attributes.

    `field_names` is a sequence of names or one string of them between blanks or commas. `defaults` are for the
    rightmost fields. With `rename`, names that are not allowed become _0, _1, ...
    """
    if isinstance(field_names, str):
        field_names = field_names.replace(',', ' ').split()
    names = list(map(str, field_names))
    typename = _sys.intern(str(typename))
    if rename:
        _replaced_names(names)
    _check_names(typename, names, rename)
    field_defaults = {}
    if defaults is not None:
        defaults = tuple(defaults)
        if len(defaults) > len(names):
            raise TypeError('Got more default values than field names')
        field_defaults = dict(zip(names[len(names) - len(defaults):], defaults))
    fields = tuple(map(_sys.intern, names))
    count = len(fields)
    new_tuple = tuple.__new__
    row = ', '.join(fields)
    if count == 1:
        row += ','

    scope = {'_new_tuple': new_tuple, '__builtins__': {}, '__name__': f'namedtuple_{typename}'}
    __new__ = eval(f'lambda _cls, {row}: _new_tuple(_cls, ({row}))', scope)
    __new__.__name__ = '__new__'
    __new__.__doc__ = f'Create new instance of {typename}({", ".join(fields)})'
    if defaults is not None:
        __new__.__defaults__ = defaults

    @classmethod
    def _make(cls, iterable):
        result = new_tuple(cls, iterable)
        if len(result) != count:
            raise TypeError(f'Expected {count} arguments, got {len(result)}')
        return result

    _make.__func__.__doc__ = f'Make a new {typename} object from a sequence or iterable'

    def _replace(self, /, **kwds):
        result = self._make(map(kwds.pop, fields, self))
        if kwds:
            raise TypeError(f'Got unexpected field names: {list(kwds)!r}')
        return result

    _replace.__doc__ = f'Return a new {typename} object replacing specified fields with new values'
    template = '(' + ', '.join(f'{name}=%r' for name in fields) + ')'

    def __repr__(self):
        'Return a nicely formatted representation string'
        return self.__class__.__name__ + template % self

    def _asdict(self):
        'Return a new dict which maps field names to their values.'
        return dict(zip(self._fields, self))

    def __getnewargs__(self):
        'Return self as a plain tuple.  Used by copy and pickle.'
        return tuple(self)

    for method in __new__, _make.__func__, _replace, __repr__, _asdict, __getnewargs__:
        method.__qualname__ = f'{typename}.{method.__name__}'
    body = {
        '__doc__': f'{typename}({", ".join(fields)})', '__slots__': (), '_fields': fields,
        '_field_defaults': field_defaults, '__new__': __new__, '_make': _make, '__replace__': _replace,
        '_replace': _replace, '__repr__': __repr__, '_asdict': _asdict, '__getnewargs__': __getnewargs__,
        '__match_args__': fields,
    }
    for index, name in enumerate(fields):
        body[name] = _tuplegetter(index, _sys.intern(f'Alias for field number {index}'))
    result = type(typename, (tuple,), body)
    if module is None:
        module = _caller_module()
    if module is not None:
        result.__module__ = module
    return result


def _caller_module():
    """The name of the module that calls namedtuple, if it can be found."""
    try:
        return _sys._getframe(2).f_globals.get('__name__', '__main__')
    except (AttributeError, ValueError):
        return None
