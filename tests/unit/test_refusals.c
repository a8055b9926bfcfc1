/*
 * Every single request for memory of a list of statements is refused, one after the other: once, and with all that come
 * after it. Each run ends as without, or with a MemoryError; afterwards the heap is proved.
 *
 * tests/oom does the same to whole scripts, from outside and so more slowly, at some of their requests.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/run.h"
#include "compiler/compile.h"
#include "gc/collector.h"
#include "runtime/audit.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/machine.h"

enum { REQUESTS_MAX = 3000 };

/* What is run first, with memory enough, for each try anew; the statements each for itself behind it. */
typedef struct Subject {
    const char *setup;
    const char *const *statements; /* NULL ends them */
} Subject;

static Value compiled(VM *vm, const char *text) {
    Value name = string_from_c(vm, "t.mpy");
    Value code = compile_source(vm, text, strlen(text), name, COMPILE_EXEC, 0);
    ck_assert_msg(!is_absent(code), "%s", text);
    value_drop(vm, name);
    return code;
}

/* Run code in the main module, and end the watch. An error is what the statement is there for, or lack of memory. How
 * many requests there were, if they were watched. */
static uint64_t run(VM *vm, Value code, bool must_succeed) {
    Value result = eval_code(vm, code, as_module(machine_main_module(vm))->dict, ABSENT, ABSENT);
    uint64_t requests = vm->heap.requests;
    heap_watch(&vm->heap, 0, false);
    ck_assert(!must_succeed || !is_absent(result));
    value_xdrop(vm, result);
    if (is_absent(result)) value_drop(vm, error_take(vm));
    return requests;
}

static void expect_clean(VM *vm, const char *text) {
    AuditReport report;
    gc_collect(&vm->heap, OLDEST);
    ck_assert_msg(audit_heap(vm, true, &report) == AUDIT_CLEAN, "%s: %s", text, report.problem);
}

static void sweep(VM *vm, Value setup, const char *text, bool forever) {
    Value code = compiled(vm, text);
    uint64_t k = 0, requests;
    do {
        run(vm, setup, true);
        heap_watch(&vm->heap, ++k, forever);
        requests = run(vm, code, false);
    } while (requests >= k && k < REQUESTS_MAX); /* else the statement ended before its kth request */
    ck_assert_msg(k < REQUESTS_MAX, "%s: no end", text);
    value_drop(vm, code);
    expect_clean(vm, text);
}

static void refuse_all(const Subject *subject) {
    char *arguments[] = {"mpy", "-", NULL};
    Options options;
    VM *vm = vm_new(NULL);
    ck_assert(vm != NULL && options_read(&options, 2, arguments) < 0);
    ck_assert(run_prepare(vm, &options, 2, arguments));
    Value setup = compiled(vm, subject->setup); /* where the audit finds it */
    ck_assert(dict_set_c(vm, as_module(machine_main_module(vm))->dict, "setup", setup));
    value_drop(vm, setup);
    for (const char *const *text = subject->statements; *text != NULL; text++) {
        sweep(vm, setup, *text, false);
        sweep(vm, setup, *text, true);
    }
    options_free(&options);
    vm_free(vm);
}

static const Subject arrays = {
    "import array, io, sys\n"
    "sys.unraisablehook = lambda report: None\n"
    "class Sub(array.array):\n"
    "    pass\n"
    "a = array.array('i', range(20)); d = array.array('d', [1.5] * 20); w = array.array('w', 'aé😀')\n"
    "u = array.array('u', 'ab'); q = array.array('Q', [2**64 - 1, 1]); f = array.array('f', [0.1]); s = "
    "Sub('b', b'abc')\n"
    "l = array.array('q', [2**63 - 1, -2**63]); big = [2**70]; file = io.BytesIO(b'abcdefgh' * 20)\n",
    (const char *const[]){
        "array.array('i', [1, 2, 3])",
        "array.array('d', (1.5, 2))",
        "array.array('w', 'abc')",
        "array.array('u', 'abc')",
        "array.array('B', b'abc')",
        "array.array('i', a)",
        "array.array('q', d)",
        "array.array('d', iter([1, 2.5, 3]))",
        "array.array('w', w)",
        "array.array('u', u)",
        "array.array('Q', q)",
        "array.array('H', range(100))",
        "array.array('i', memoryview(a).cast('B'))",
        "Sub('i', [1, 2])",
        "array.array('x')",
        "a.append(5)",
        "a.extend(range(100))",
        "a.extend(a)",
        "a.extend([1, 'x'])",
        "a.extend(d)",
        "a + a",
        "a * 50",
        "a += a",
        "a *= 40",
        "a[:] = a",
        "a[2:5] = array.array('i', range(60))",
        "a[::2] = array.array('i', range(10))",
        "a[1:3] = a",
        "a[5:2] = a",
        "a[2:9:3]",
        "a[2:9]",
        "del a[::3]",
        "del a[2:19]",
        "a[3] = 2**40",
        "a[3] = 'x'",
        "q[0], l[1], f[0], w[1], u[0], s[1], d[3]",
        "q[1] = 2**64",
        "l[1] = 2**63",
        "f[0] = 2**2000",
        "a.insert(3, 4)",
        "a.pop(), a.pop(0), q.pop(0), w.pop(0)",
        "a.remove(7)",
        "q.remove(2**64 - 1)",
        "a.index(19), q.index(1)",
        "a.count(3), q.count(2**64 - 1), d.count(1.5)",
        "2**64 - 1 in q, 1 in q, 'a' in w",
        "a.reverse(), a.byteswap(), d.byteswap()",
        "a.tolist(), d.tolist(), q.tolist(), w.tolist(), l.tolist()",
        "a.tobytes(), a.frombytes(bytes(400)), s.frombytes(b'x' * 300)",
        "w.tounicode(), u.tounicode()",
        "w.fromunicode('xyz😀' * 30), u.fromunicode('abc' * 40)",
        "a.fromlist([1, 2, 3] * 30)",
        "a.fromlist([1, 'x'])",
        "a.fromfile(file, 20)",
        "a.fromfile(file, 400)",
        "a.tofile(file)",
        "a == array.array('i', range(20)), a < d, q == l, q > array.array('Q', [1])",
        "q == array.array('d', [1, 2]), w == array.array('w', 'x'), w != u",
        "repr(a), repr(w), repr(array.array('d')), repr(s)",
        "a.__reduce_ex__(2), a.__reduce_ex__(3), w.__reduce_ex__(4), s.__reduce_ex__(4)",
        "array._array_reconstructor(array.array, 'i', 8, b'1234')",
        "array._array_reconstructor(array.array, 'i', 9, b'1234')",
        "array._array_reconstructor(array.array, 'd', 15, bytes(16))",
        "array._array_reconstructor(array.array, 'd', 14, bytes(16))",
        "array._array_reconstructor(array.array, 'w', 21, bytes(16))",
        "array._array_reconstructor(array.array, 'u', 18, bytes(16))",
        "array._array_reconstructor(array.array, 'b', 13, bytes(16))",
        "array._array_reconstructor(array.array, 'q', 10, bytes(16))",
        "a.__copy__(), a.__deepcopy__({})",
        "a.buffer_info(), a.__sizeof__(), a.typecode, a.itemsize",
        "for x in q: pass",
        "it = iter(q); next(it); it.__reduce__(); it.__setstate__(1); list(it); it.__reduce__()",
        "list(array.array('w', 'abc')), [x for x in l]",
        "array.array[int]",
        "import sys; del sys.modules['array']; import array as again; again.typecodes",
        NULL,
    },
};

static const Subject views = {
    "import sys, array\n"
    "sys.unraisablehook = lambda report: None\n"
    "class Given:\n"
    "    def __buffer__(self, flags):\n"
    "        return memoryview(b'given')\n"
    "    def __release_buffer__(self, view):\n"
    "        view.release()\n"
    "class Bad:\n"
    "    def __buffer__(self, flags):\n"
    "        return 5\n"
    "    def __release_buffer__(self, view):\n"
    "        raise ValueError\n"
    "class Worse(Given):\n"
    "    def __release_buffer__(self, view):\n"
    "        raise ValueError\n"
    "class Bytes(bytearray):\n"
    "    def __release_buffer__(self, view):\n"
    "        super().__release_buffer__(view)\n"
    "    def __buffer__(self, flags):\n"
    "        return super().__buffer__(flags)\n"
    "data = bytearray(range(48)); m = memoryview(data); c = m.cast('B', (4, 12)); i = m.cast('i'); given = "
    "Given()\n"
    "d = m.cast('d'); q = m.cast('Q'); ch = m.cast('c'); t = m.cast('i', (3, 2, 2)); z = m.cast('B', (48,))\n"
    "s = m[::-3]; h = m.cast('e'); b = m.cast('?'); p = m.cast('P'); f = m.cast('f'); zero = m[:8].cast('q', "
    "())\n",
    (const char *const[]){
        "memoryview(data)",
        "memoryview(given).tobytes()",
        "memoryview(Bad())",
        "memoryview(Worse()).release()",
        "memoryview(Bytes(b'abc')).release()",
        "memoryview(m)",
        "memoryview(5)",
        "with memoryview(given) as v: bytes(v)",
        "m[1:9], m[::2], i[::2], c[1, 2], c[-1, -1]",
        "q[3], q[0], d[2], ch[3], h[1], b[2], p[1], f[3], zero[()], zero[...]",
        "m[3] = 5; q[3] = 2**64 - 1; d[1] = 2.5; ch[2] = b'x'; h[1] = 1.5; b[1] = 3; c[1, 1] = 7; zero[()] = "
        "2**62",
        "m[3] = 300",
        "q[0] = -1",
        "i[0] = 'x'",
        "h[0] = 1e9",
        "m[0:4] = b'wxyz'; m[::2] = bytes(24); m[1:9] = m[0:8]; i[0:2] = array.array('i', [1, 2])",
        "m[0:4] = b'abc'",
        "m[0:4] = i[0:1]",
        "m.tolist(), c.tolist(), t.tolist(), d.tolist(), q.tolist(), ch.tolist(), zero.tolist()",
        "m.tobytes(), s.tobytes(), c.tobytes('F'), t.tobytes('F'), t.tobytes('A'), c.tobytes('x')",
        "m.hex(), m.hex(':'), m.hex(':', 3), s.hex('-', -2), c.hex(), m.hex('é')",
        "m.toreadonly(), c.toreadonly().shape, c.strides, c.shape, t.suboffsets, t.nbytes, t.format, t.obj, "
        "q.itemsize, t.ndim",
        "m[::2**63 - 1].strides",
        "m.cast('i', [3, 4]), m.cast('i', (12,)), m.cast('B', (2, 2, 12)), c.cast('B'), m[8:16].cast('d', "
        "()), zero.cast('B')",
        "m.cast('i', [3, 5])",
        "m.cast('xx')",
        "m.cast('i', (2**62, 2**62))",
        "m == data, c == c, c == t, m == s, i == array.array('i', [1]), d == q, zero == zero, m == 5, q == "
        "q.toreadonly()",
        "d == array.array('d', range(6)), t == m.cast('i', (3, 2, 2)), ch == m, h == f",
        "hash(memoryview(b'abc')), hash(memoryview(b'abcd').cast('b')), hash(memoryview(b'abcdef')[::2])",
        "hash(m)",
        "for x in m: pass",
        "for x in q: pass",
        "it = iter(m); next(it); list(it)",
        "list(reversed(m)), 3 in m, list(c)",
        "repr(m), repr(c), len(c), len(q)",
        "v = memoryview(data); v.release(); repr(v); v.release()",
        "v = memoryview(b'x'); v.release(); v.tobytes()",
        "memoryview._from_flags(data, 0), memoryview._from_flags(b'x', 1)",
        "data.append(1)",
        "bytes(m), bytearray(c), bytes(s), b''.join([m, s]), b'a'.startswith(b'a')",
        "import struct; struct.pack_into('i', m, 0, 5), struct.unpack_from('d', m)",
        "memoryview[int]",
        "m.__buffer__(0), given.__buffer__(0), m.__release_buffer__(memoryview(data))",
        "bytes(given), bytearray(Given())",
        NULL,
    },
};

static const Subject references = {
    "import weakref, gc, sys\n"
    "from weakref import ref, proxy\n"
    "sys.unraisablehook = lambda report: None\n"
    "class C:\n"
    "    def m(self): return 1\n"
    "    def __call__(self, *args): return args\n"
    "    def __len__(self): return 3\n"
    "    def __getitem__(self, i): return i\n"
    "    def __setitem__(self, i, v): pass\n"
    "    def __delitem__(self, i): pass\n"
    "    def __iter__(self): return iter('ab')\n"
    "    def __contains__(self, x): return True\n"
    "    def __bool__(self): return True\n"
    "    def __add__(self, o): return 1\n"
    "    __radd__ = __iadd__ = __pow__ = __lt__ = __add__\n"
    "    def __bytes__(self): return b'x'\n"
    "    def __reversed__(self): return iter('ba')\n"
    "    def __index__(self): return 1\n"
    "class P: pass\n"
    "class R(ref): pass\n"
    "class Twice:\n" /* equal only every other time */
    "    calls = 0\n"
    "    def __hash__(self): return 1\n"
    "    def __eq__(self, other):\n"
    "        Twice.calls += 1\n"
    "        return 1 / (Twice.calls % 2)\n"
    "def call(*args): pass\n"
    "c = C(); c.x = 1; p = P(); r = ref(c); rc = ref(c, call); w = proxy(c); wp = proxy(p); many = [C() for "
    "_ in range(40)]\n"
    "dead = ref(C()); gone = proxy(P()); sets = weakref.WeakSet()\n",
    (const char *const[]){
        "ref(c), ref(p), ref(P), ref(call), ref(c, call), proxy(p), proxy(c), proxy(c, call), R(c), R(c, "
        "call), ref(int), ref(len)",
        "x = [ref(o) for o in many]; del x",
        "x = [ref(o, call) for o in many]; del many[:]",
        "x = [proxy(o, call) for o in many]; del many[:5]; gc.collect()",
        "ref(5)",
        "ref(c, call).__callback__, r(), rc(), dead(), R(c)()",
        "repr(r), repr(dead), repr(w), repr(gone), str(w), repr(ref(P)), str(dead)",
        "hash(r), hash(ref(p)), r == rc, r != ref(p), r == dead, r < rc",
        "hash(dead)",
        "weakref.getweakrefs(c), weakref.getweakrefcount(c), weakref.getweakrefs(5), "
        "weakref.getweakrefcount(P())",
        "w.x, w.m(), w(1), len(w), w[1], w + 1, 1 + w, w < 2, w ** 2, bool(w), list(w), 1 in w, bytes(w), "
        "list(reversed(w)), int(w)",
        "w.y = 1; del w.y; w[1] = 2; del w[1]; w += 1",
        "wp.x = 1; wp.x; wp == p; dir(wp); hash(wp)",
        "gone.x",
        "gone == 1",
        "gone[1] = 2",
        "repr(proxy(weakref.WeakSet)), repr(ref(sets)), repr(proxy(sets))",
        "gone + 1, 1 + gone",
        "pow(w, 2, gone)",
        "w.m(), bytes(w), reversed(w)",
        "x = P(); x.me = x; k = ref(x, call); del x; gc.collect()",
        "x = P(); x.me = x; x.k = ref(x, call); del x; gc.collect()",
        "x = [P() for _ in range(50)]; y = [ref(o, lambda r: None) for o in x]; del x",
        "d = weakref.WeakValueDictionary(a=c, b=p); d['c'] = C(); list(d.items()); d.pop('a'); d.get('b'); "
        "d.copy(); len(d)",
        "d = weakref.WeakKeyDictionary({c: 1}); d[p] = 2; list(d.items()); d.pop(c); d.get(p); d.copy(); "
        "len(d)",
        "s = weakref.WeakSet([c, p]); s.add(P()); s | {c}; s & {c}; s - {c}; s ^ {c}; list(s); s.discard(c); "
        "s == {p}; s.pop()",
        "k = weakref.WeakMethod(c.m); k()(); k == weakref.WeakMethod(c.m); hash(k)",
        "f = weakref.finalize(c, call, 1, k=2); f.peek(); f.alive; f.detach(); f = weakref.finalize(C(), "
        "call); f(); repr(f)",
        "weakref._remove_dead_weakref({1: dead}, 1)",
        "weakref._remove_dead_weakref({1: r}, 1)",
        "Twice.calls = 0; weakref._remove_dead_weakref({Twice(): dead}, Twice())",
        NULL,
    },
};

static const Subject collections = {
    "import gc, heap, sys\n"
    "sys.unraisablehook = lambda report: None\n"
    "gc.set_debug(0); gc.garbage.clear(); gc.callbacks.clear()\n"
    "class Quiet:\n"
    "    def write(self, text): pass\n"
    "    def flush(self): pass\n"
    "sys.stderr = Quiet()\n"
    "class Node:\n"
    "    pass\n"
    "class Final:\n"
    "    def __del__(self): self.kept = [1]\n"
    "class Looking:\n"
    "    def __del__(self): heap.finalizers()\n"
    "def ring(kind, n=3):\n"
    "    a = [kind() for _ in range(n)]\n"
    "    for x in a: x.all = a\n"
    "def tell(phase, info): pass\n"
    "nodes = [Node() for _ in range(30)]; live = {'a': nodes}\n",
    (const char *const[]){
        "gc.collect(), gc.collect(0), gc.collect(1)",
        "ring(Node); gc.collect()",
        "ring(Final); gc.collect()",
        "ring(Looking, 5); gc.collect()",
        "gc.callbacks.append(tell); ring(Final, 50); gc.collect()",
        "gc.callbacks.append(5); gc.collect()",
        "gc.callbacks.append(tell); gc.collect(); gc.callbacks.clear()",
        "gc.set_debug(gc.DEBUG_STATS | gc.DEBUG_COLLECTABLE); ring(Node); gc.collect()",
        "gc.set_debug(gc.DEBUG_SAVEALL); ring(Node); gc.collect()",
        "sys.stderr = None; gc.set_debug(gc.DEBUG_COLLECTABLE); ring(Node); gc.collect()",
        "del sys.stderr; gc.set_debug(gc.DEBUG_COLLECTABLE); ring(Node); gc.collect()",
        "gc.get_objects(), gc.get_objects(0), gc.get_objects(2)",
        "gc.get_referrers(nodes, live), gc.get_referents(nodes, live, 5)",
        "gc.get_referents({(i, i): [i] for i in range(300)}), gc.get_referents({str(i): [i] for i in "
        "range(600)})",
        "gc.get_stats(), gc.get_threshold(), gc.get_count(), gc.get_debug()",
        "gc.freeze(); gc.get_freeze_count(); gc.unfreeze()",
        "gc.is_tracked(nodes), gc.is_finalized(nodes[0])",
        "gc.set_threshold(700, 10, 10)",
        "heap.stats()",
        "heap.counters(), heap.mode()",
        "heap.pools()",
        "heap.arenas()",
        "heap.generations()",
        "heap.finalizers()",
        "heap.check()",
        "heap.trim()",
        "del sys.modules['gc']; import gc as again; again.garbage",
        "del sys.modules['heap']; import heap as again",
        NULL,
    },
};

START_TEST(requests_of_array) { refuse_all(&arrays); }
END_TEST

START_TEST(requests_of_memoryview) { refuse_all(&views); }
END_TEST

START_TEST(requests_of_weakref) { refuse_all(&references); }
END_TEST

START_TEST(requests_of_gc_and_heap) { refuse_all(&collections); }
END_TEST

int main(void) {
    setenv("PYTHONHASHSEED", "1", 1);
    if (freopen("/dev/null", "w", stderr) == NULL)
        return 2; /* refused, unraisable errors are printed as they can be */
    TCase *tests = tcase_create("refusals");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, requests_of_array);
    tcase_add_test(tests, requests_of_memoryview);
    tcase_add_test(tests, requests_of_weakref);
    tcase_add_test(tests, requests_of_gc_and_heap);
    Suite *suite = suite_create("refusals");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
