"""Every function and method of a module, called with wrong counts, types, values and keywords.

The subjects are gc, weakref, memoryview and array, and, less thoroughly, the other built-in types and the modules that are
in C in both interpreters. Each call is an expression with a receiver of its own. The same calls
are made by every interpreter: which of many is chosen is up to a generator of numbers of the module's own. The script
tests `wrong_arguments` print the errors by function, `diff --what arguments` compares all calls one by one.
"""

import _bisect, _codecs, _csv, _functools, _heapq, _random, array, binascii, builtins, cmath, collections, contextvars
import errno, functools, gc, hashlib, io, itertools, math, operator, re, select, struct, sys, time, types, unicodedata
import warnings, weakref, zlib


class Random:
    """A small generator, the same everywhere (Lehmer's, modulo 2**61 - 1)."""

    def __init__(self, seed):
        self.state = seed * 7919 + 1

    def pick(self, items):
        self.state = self.state * 48271 % (2**61 - 1)
        return items[(self.state >> 20) % len(items)]

    def sample(self, items, count):
        return [self.pick(items) for _ in range(count)]


class Thing:
    """Can be referred to weakly, and has a method."""
    def method(self, *args):
        return args

    def __repr__(self):
        return "Thing"


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def __repr__(self):
        return f"Index({self.value!r})"


class Keys(Thing):
    """Its hash and its comparisons raise."""
    def __hash__(self):
        raise ValueError("hash")

    def __eq__(self, other):
        raise ValueError("eq")


def released():
    view = memoryview(b"abc")
    view.release()
    return view


def dead(make):
    return make(Thing())


thing = Thing()
VALUES = ["None", "True", "-1", "0", "1", "2", "2**31", "-2**31-1", "2**63", "-2**63-1", "2**64", "10**30", "1.5", "float('nan')", "1j",
          "'a'", "''", "'ab'", "'i'", "'\\ud800'", "b''", "b'ab'", "bytearray(b'abc')", "[]", "[1]", "['a']", "()", "(1,)", "(1, 2)", "(0, 1, 2)",
          "{}", "{'a': thing}", "set()", "object", "int", "len", "thing", "thing.method", "Thing", "Index(1)", "Index('x')", "Index(2**70)",
          "Index(KeyError(1))", "slice(1)", "slice(0, 2, 0)", "slice('a', None)", "...", "NotImplemented", "memoryview(b'abcd')", "released()",
          "array.array('i', [1, 2])", "array.array('d')", "iter([1, 2])", "range(3)", "weakref.ref(thing)", "Keys()", "lambda *a: a"]
FEW = ["None", "-1", "1", "2**64", "1.5", "'i'", "b'ab'", "[1]", "(1, 2)", "thing", "len", "Index(1)", "array.array('i', [1, 2])"]

GC = {"gc": ("enable disable isenabled collect get_count set_threshold get_threshold get_stats set_debug get_debug get_objects "
             "get_referrers get_referents is_tracked is_finalized freeze unfreeze get_freeze_count")}

DUNDER_COMPARE = "__eq__ __ne__ __lt__ __ge__ __hash__ __repr__ "
WEAKREF = {
    "weakref": "ref proxy getweakrefcount getweakrefs WeakValueDictionary WeakKeyDictionary WeakSet WeakMethod finalize KeyedRef",
    "weakref.ref(thing)": DUNDER_COMPARE + "__call__ __init__",
    "dead(weakref.ref)": DUNDER_COMPARE + "__call__",
    "weakref.ref": "__new__",
    "weakref.proxy(thing)": "method missing __bool__ __len__ __next__ __getitem__ __setitem__ __iter__ __contains__ __add__ __int__",
    "dead(weakref.proxy)": "method __bool__ __len__ __getitem__ __repr__ __str__",
    "weakref.WeakMethod(thing.method)": "__call__ __eq__ __hash__",
    "weakref.finalize(thing, len, 'ab')": "__call__ detach peek",
    "weakref.WeakValueDictionary(a=thing)": ("__getitem__ __setitem__ __delitem__ __contains__ __len__ get items keys values pop popitem copy "
                                             "setdefault update clear valuerefs itervaluerefs __ior__ __or__ __ror__ __eq__"),
    "weakref.WeakKeyDictionary({thing: 1})": ("__getitem__ __setitem__ __delitem__ __contains__ __len__ get items keys values pop popitem copy "
                                              "setdefault update clear keyrefs __ior__ __or__ __ror__ __eq__"),
    "weakref.WeakSet([thing])": ("add discard remove pop clear copy update union difference difference_update intersection "
                                 "intersection_update symmetric_difference symmetric_difference_update isdisjoint issubset issuperset "
                                 "__contains__ __or__ __and__ __sub__ __xor__ __ior__ __iand__ __isub__ __ixor__ __lt__ __le__ __eq__"),
}

VIEW = "__getitem__ __setitem__ __delitem__ __len__ __enter__ __exit__ cast release tobytes tolist hex toreadonly __eq__ __lt__ __hash__ "
MEMORYVIEW = {
    "builtins": "memoryview",
    "memoryview": "__new__ _from_flags",
    "memoryview(bytearray(b'abcdefgh'))": VIEW + "__buffer__",
    "memoryview(b'abcdefgh').cast('I')": "__getitem__ __setitem__ cast hex tobytes",
    "memoryview(bytearray(b'abcdefghijkl')).cast('B', (3, 4))": "__getitem__ __setitem__ cast tobytes tolist hex",
    "memoryview(array.array('d', [1.5, 2]))": "__setitem__ __getitem__",
    "memoryview(bytearray(b'abcdefgh')).cast('c')": "__setitem__",
    "memoryview(bytearray(b'abcdefgh')).cast('?')": "__setitem__",
    "memoryview(bytearray(b'abcdefgh')).cast('Q')": "__setitem__",
    "memoryview(bytearray(b'abcdefgh'))[::-2]": "__setitem__ cast hex tobytes",
    "released()": VIEW,
}

ARRAY = {
    "array": "array _array_reconstructor",
    "array.array": "__new__ __class_getitem__",
    "array.array('i', [1, 2, 3])": ("append buffer_info byteswap count extend frombytes fromfile fromlist fromunicode index insert pop remove "
                                    "reverse tobytes tofile tolist tounicode clear __getitem__ __setitem__ __delitem__ __len__ __contains__ "
                                    "__add__ __iadd__ __mul__ __imul__ __rmul__ __iter__ __copy__ __deepcopy__ __reduce_ex__ __eq__ __lt__"),
    "array.array('w', 'abc')": "append extend fromlist fromunicode insert remove index __setitem__ __contains__",
    "array.array('u', 'abc')": "append fromunicode __setitem__",
    "array.array('d', [1.5])": "append extend insert fromlist frombytes __setitem__ index",
    **{f"array.array({code!r})": "append fromlist" for code in "bBhHIlLqQf"},
}

# Modules and objects all of whose public names are called.
OTHERS = """math cmath itertools operator _functools struct binascii zlib unicodedata time select errno contextvars _bisect _heapq _csv
    _codecs _random builtins hashlib.md5() hashlib.blake2b() hashlib.sha3_256() 'aXb' b'aXb' bytearray(b'aXb') [3,1,2] (1,2) {1:2}
    {1,2} frozenset({1,2}) 5 2.5 (1+2j) range(5) slice(1,2) {1:2}.items() {1:2}.keys() iter([1,2]) enumerate('ab') zip([1],[2])
    collections.deque([1,2,3]) collections.OrderedDict(a=1,b=2) collections.defaultdict(list) io.BytesIO(b'abc') io.StringIO('abc')
    io.BufferedReader(io.BytesIO(b'abc')) io.BufferedWriter(io.BytesIO()) io.BufferedRandom(io.BytesIO(b'abc')) io.TextIOWrapper(io.BytesIO(b'ab'))
    struct.Struct('<iH') re.compile('(a)|b') re.match('(a)(b)?','ab') functools.partial(max,1) functools.lru_cache(len) property(len)
    staticmethod(len) classmethod(len) itertools.count() itertools.chain([1],[2]) itertools.cycle([1]) itertools.islice([1,2],1)
    contextvars.Context() contextvars.ContextVar('v') _random.Random(1) zlib.compressobj() zlib.decompressobj() types.SimpleNamespace(a=1)
    types.MappingProxyType({1:2}) ValueError(1) ExceptionGroup('g',[ValueError(1)]) ((x)for(x)in[1]) int float str bytes list dict tuple
    set complex bool type object super slice range bytearray frozenset collections.OrderedDict io.BytesIO
    io.StringIO io.TextIOWrapper io.BufferedReader functools.partial itertools.count itertools.repeat re.Pattern struct.Struct
    types.CodeType types.FunctionType types.MethodType types.CellType types.GenericAlias types.SimpleNamespace
    (lambda:0).__code__ time.gmtime(0) list[int] int|str types.CellType(1)""".split()
UNCALLED = set("""sleep print input open exit quit breakpoint help open_code execve fork thread_time gamma pthread_getcpuclockid clock_settime_ns clock_settime
    locals globals vars dir id hash time_ns time perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns thread_time_ns
    clock_gettime clock_gettime_ns clock_getres epoll kqueue credits license copyright mro random getrandbits seed getstate setstate fromhex
    __import__ eval exec compile cache_info tzset register_error register unregister lookup ctime localtime asctime strftime gmtime mktime callable""".split())

NAMES = {"gc": "generation threshold0 threshold1 flags obj", "weakref": "object callback key other default func",
         "memoryview": "object format shape order sep bytes_per_sep index", "array": "typecode initializer v i x start stop iterable n"}
SUBJECTS = {"gc": GC, "weakref": WEAKREF, "memoryview": MEMORYVIEW, "array": ARRAY}
# Calls whose results are the process's own, or that the two interpreters are known to answer differently.
TYPE_ONLY = {"collect", "get_count", "get_stats", "get_objects", "get_referrers", "get_referents", "get_freeze_count", "getweakrefs",
             "buffer_info", "get_threshold", "__hash__", "__iter__", "getweakrefcount", "__buffer__", "is_tracked", "_from_flags"}
DICT_TAKERS = {"ref", "array", "memoryview", "__new__", "__init__", "__exit__", "set_threshold"}
WATCHED = ("array.array(", "memoryview(bytearray", "weakref.Weak")


def argument_lists(random, names, few):
    """Lists of arguments as text: counts, every value alone, pairs and triples, keywords."""
    yield ""
    yield from VALUES
    for first in FEW:
        for second in (VALUES if not few else [random.pick(VALUES) for _ in range(few)]):
            yield f"{first}, {second}"
    for _ in range(3 * (few or 20)):
        yield ", ".join(random.pick(VALUES) for _ in range(3))
    yield ", ".join(FEW[:4])
    yield ", ".join(FEW)
    for name in ["nonsense", *names]:
        yield f"{name}=1"
        yield f"1, {name}=1"
        yield f"'i', (1, 2), {name}=None"
        yield f"{name}={random.pick(VALUES)}, nonsense=2"
    yield "**{1: 2}"
    yield "*1"
    yield "**1"


def is_left_out(receiver, function, arguments):
    """Calls that need eight gigabytes; those of functions that CPython hands a dict of keywords, and so says other things
    of them before it complains of a wrong key; sets of weak references, where CPython has a SystemError."""
    if "**{1" in arguments:
        return function in DICT_TAKERS
    if "released" in arguments and receiver.startswith("weakref.WeakSet"):
        return True
    return "2**31" in arguments and function.endswith("mul__")


def other_cases(seed, few):
    """A few calls of each public name of the others; what they make is alike in both interpreters, mostly."""
    for receiver in OTHERS:
        made = eval(receiver, globals())
        for function in sorted(n for n in dir(made) if not n.startswith("_") and n not in UNCALLED and callable(getattr(made, n, None))):
            random = Random(seed + sum(map(ord, receiver + function)))  # one that has more names gets the same arguments
            for arguments in ["", *random.sample(VALUES, 4 * few), *[", ".join(random.sample(VALUES, n)) for n in (2, 2, 3, 3, 4) * few],
                              "nonsense=1", f"{random.pick(VALUES)}, nonsense=2"]:
                if not any(big in arguments for big in ("2**", "10**", "Index(2")):
                    yield receiver, function, arguments


def cases(subject, seed, few):
    if subject == "others":
        yield from other_cases(seed, few)
        return
    random, names = Random(seed), NAMES[subject].split()
    for receiver, functions in SUBJECTS[subject].items():
        for function in functions.split():
            for arguments in argument_lists(random, names, few):
                if not is_left_out(receiver, function, arguments):
                    yield receiver, function, arguments


def plain(result, function):
    if isinstance(result, weakref.finalize):
        result.detach()
    if function in TYPE_ONLY:
        return type(result).__name__
    if isinstance(result, array.array | memoryview) and not isinstance(result, Exception):
        return f"{type(result).__name__} of {result.tolist()!r}"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(result))


def outcome(receiver, function, arguments):
    """What a call gives or raises, and what it leaves of a receiver that can change."""
    names = globals() | {"builtins": sys.modules["builtins"]}
    try:
        names["receiver"] = made = eval(receiver, names)
        text = plain(eval(f"receiver.{function}({arguments})", names), function)
    except BaseException as error:
        context = f" after {type(error.__context__).__name__}" if error.__context__ else ""
        text = re.sub(r" at 0x[0-9a-f]+", "", f"{type(error).__name__}: {error}{context}")
    if receiver.startswith(WATCHED):
        try:
            text += f"; {sorted(map(repr, made))}" if receiver.startswith("weak") else f"; {list(made)!r}"
        except Exception as error:
            text += f"; {error}"
    gc.set_debug(0)
    gc.set_threshold(700, 10, 10)
    gc.unfreeze()
    gc.enable()
    return ascii(text)[1:-1]


def made(subject, seed, few):
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda report: None  # many a callback cannot be called
    for receiver, function, arguments in cases(subject, seed, few):
        yield receiver, function, arguments, outcome(receiver, function, arguments)


def show(subject, seed=1, few=4):
    """Print every call and what comes of it; `few` is how many seconds each first argument gets in pairs, 0 all."""
    for receiver, function, arguments, text in made(subject, seed, few):
        print(f"{receiver}.{function}({arguments}) -> {text}")


def show_errors(subject):
    """Print for each function the kinds of errors that its wrong calls raise: how many, and the first such call."""
    errors = {}
    for receiver, function, arguments, text in made(subject, 1, 1):
        if re.match(r"\w+: ", text):
            kind = re.sub(r"'.*?'|\d+|(not|be|type) [\w.]+", "?", text)
            error = errors.setdefault(f"{receiver}.{function}", {}).setdefault(kind, [0, arguments, text])
            error[0] += 1
    for function, kinds in errors.items():
        print(function)
        for count, arguments, text in kinds.values():
            print(f"    {text.partition('; ')[0]}  [{count}: ({arguments})]")


if __name__ == "__main__":
    _, seed, cases_wanted, *_ = sys.argv
    for subject in [*SUBJECTS, "others"]:
        show(subject, int(seed), int(cases_wanted))
