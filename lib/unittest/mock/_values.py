"""Values that mocks deal in: sentinels, and calls."""

import pprint

__name__ = 'unittest.mock'  # the home that classes and functions tell


class _SentinelObject:
    """A thing that is only equal to itself."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f'sentinel.{self.name}'

    def __reduce__(self):
        return f'sentinel.{self.name}'


class _Sentinel:
    """Makes them, one for each name."""

    def __init__(self):
        self._sentinels = {}

    def __getattr__(self, name):
        if name == '__bases__':
            raise AttributeError  # so that inspect does not take it for a class
        return self._sentinels.setdefault(name, _SentinelObject(name))

    def __reduce__(self):
        return 'sentinel'


sentinel = _Sentinel()
DEFAULT = sentinel.DEFAULT
_missing = sentinel.MISSING
_deleted = sentinel.DELETED


def _is_magic(name):
    return f'__{name[2:-2]}__' == name and len(name) > 4


# --- calls ---

def _format_call(name, args, kwargs):
    items = [repr(arg) for arg in args] + [f'{key}={value!r}' for key, value in kwargs.items()]
    return f"{name}({', '.join(items)})"


class _Call(tuple):
    """A call, as (name, args, kwargs) or (args, kwargs). Comparing is lenient: name and empty parts may be missing.

    The object `call` makes them: call(1), call.method(1).other(2).
    """

    _mock_name = _mock_parent = None  # of one that was only noted
    _mock_from_kall = True  # it is a call, not only the way to one

    def __new__(cls, value=(), name='', parent=None, two=False, from_kall=True):
        call_name, args, kwargs = cls._parts(value, name)
        return tuple.__new__(cls, (args, kwargs) if two else (call_name, args, kwargs))

    def __init__(self, value=(), name=None, parent=None, two=False, from_kall=True):
        self._mock_name = name
        self._mock_parent = parent
        self._mock_from_kall = from_kall

    @staticmethod
    def _parts(value, name=''):
        args, kwargs = (), {}
        if len(value) == 3:
            return tuple(value)
        for part in value:
            if isinstance(part, str):
                name = part
            elif isinstance(part, tuple):
                args = part
            else:
                kwargs = part
        return name, args, kwargs

    def __eq__(self, other):
        try:
            if len(other) > 3:
                return False
        except TypeError:
            return NotImplemented
        mine, theirs = self._parts(tuple(self)), self._parts(tuple(other))
        if getattr(self, '_mock_parent', None) and getattr(other, '_mock_parent', None) \
                and self._mock_parent != other._mock_parent:
            return False
        if mine[0] and theirs[0] != mine[0]:
            return False
        return (theirs[1], theirs[2]) == (mine[1], mine[2])  # theirs first: it may be ANY

    __ne__ = object.__ne__
    __hash__ = None

    def __call__(self, /, *args, **kwargs):
        if self._mock_name is None:
            return _Call(('', args, kwargs), name='()')
        return _Call((self._mock_name, args, kwargs), name=self._mock_name + '()', parent=self)

    def __getattr__(self, attr):
        if self._mock_name is None:
            return _Call(name=attr, from_kall=False)
        return _Call(name=f'{self._mock_name}.{attr}', parent=self, from_kall=False)

    def __getattribute__(self, attr):
        if attr in tuple.__dict__ and not _is_magic(attr):
            raise AttributeError  # count and index are no methods here
        return tuple.__getattribute__(self, attr)

    @property
    def args(self):
        return self[-2]

    @property
    def kwargs(self):
        return self[-1]

    def __repr__(self):
        if not self._mock_from_kall:
            name = self._mock_name or 'call'
            return 'call' + name if name.startswith('()') else name
        name = self[0] if len(self) == 3 else ''
        if not name:
            name = 'call'
        elif name.startswith('()'):
            name = 'call' + name
        else:
            name = 'call.' + name
        return _format_call(name, self.args, self.kwargs)

    def call_list(self):
        """All calls of a chain: call.a(1).b(2).call_list()."""
        calls, each = [], self
        while each is not None:
            if each._mock_from_kall:
                calls.append(each)
            each = each._mock_parent
        return _CallList(reversed(calls))


call = _Call(from_kall=False)


def _noted(parts):
    """A call from its parts, all of them given: what mocks note is made by the way."""
    return tuple.__new__(_Call, parts)


class _CallList(list):
    """A list of calls. A list is in it when its items follow one another there."""

    def __contains__(self, value):
        if not isinstance(value, list):
            return list.__contains__(self, value)
        count = len(value)
        return any(self[i:i + count] == value for i in range(len(self) - count + 1))

    def __repr__(self):
        return pprint.pformat(list(self))


class _SpecState:
    """An attribute of an autospecced mock that has not been asked for."""

    def __init__(self, spec, spec_set=False, parent=None, name=None, instance=False):
        self.spec = spec
        self.spec_set = spec_set
        self.parent = parent
        self.name = name
        self.instance = instance
