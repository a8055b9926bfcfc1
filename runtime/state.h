#ifndef MPY_RUNTIME_STATE_H
#define MPY_RUNTIME_STATE_H

/*
 * The VM struct: everything that one running Python owns.
 *
 * There are no mutable globals beside it, so two VMs in one process are independent. It is passed first to nearly
 * every function. Its first member is the heap, so that the collector, which knows no VM, can hand it through.
 *
 * The struct is laid out here because the runtime raises exceptions, interns names and finds types through it; the
 * parts that belong to upper rooms (frames, import, signals) are plain pointers and hooks that those rooms fill in.
 */

#include "gc/heap.h"
#include "gc/likely.h"
#include "runtime/type.h"

typedef enum {
#define NAME(identifier, text) NAME_##identifier,
#include "runtime/names.def"
#undef NAME
    NAME_COUNT,
} NameIndex;

#define NAME_OF(vm, identifier) ((vm)->names[NAME_##identifier])

/* What a VM keeps for each built-in type. Owned. */
typedef struct {
    Dict *dict;       /* NULL until first used: filled from the type's slots, methods, getsets and members */
    Value subclasses; /* as Type.subclasses */
    Tuple *mro;       /* the tuple that __mro__ shows; NULL until asked for */
} StaticTypeState;

/* The exception being handled (sys.exception()), one item a running generator and one for everything else, innermost
 * first. vm/ maintains the chain. */
typedef struct HandledException {
    Value exception; /* ABSENT: none; owned */
    struct HandledException *outer;
    struct HandledException *nearest; /* the first of the outer ones that has an exception, or NULL */
} HandledException;

enum {
    METHOD_CACHE_BITS = 12,
    METHOD_CACHE_SIZE = 1 << METHOD_CACHE_BITS,
    RECURSION_LIMIT_DEFAULT = 1000, /* CPython's */
    INT_MAX_STR_DIGITS_DEFAULT = 4300,
    INT_MAX_STR_DIGITS_LEAST = 640, /* sys.int_info.str_digits_check_threshold */
};

/* A string literal of the C code, by its address, and the string interned for it; see string_intern_fixed. */
typedef struct {
    const char *text;
    Value name; /* owned */
} FixedName;

enum { FIXED_NAMES = 128 }; /* a power of two: places of that cache */

/* One entry of the cache of attribute look-ups through a type: (type version, interned name) -> value. */
typedef struct {
    uint32_t version;
    Value name; /* interned; owned */
    Value
        attribute; /* borrowed from the class dict that the version vouches for; ABSENT: known to be missing */
} MethodCacheEntry;

/* The lists of weak references, by their referents: runtime/weakref.c. */
typedef struct {
    struct WeakReference **cells; /* NULL while there are none */
    size_t capacity;              /* a power of two, or 0 */
    size_t count;
    struct WeakReference
        *pending; /* to garbage of the collection under way, callbacks not called yet; each owned */
} WeakTable;

/* Memory that a VM has beside its heap, in bytes. */
typedef struct {
    size_t vm;         /* the structs of the VM and the machine */
    size_t stack_used; /* of the value stack: up to the top of the running frame ... */
    size_t stack_free; /* ... and the pages beyond that have been used before */
} VMMemory;

struct Code;

/* Upper rooms' functions that the runtime calls. Set once, when the VM starts (vm/machine.c). */
typedef struct {
    Value (*current_globals)(VM *vm);    /* BORROWED dict of the running frame, or ABSENT */
    Value (*import)(VM *vm, Value name); /* NEW, RAISES: the module of that dotted name */
    /* NEW, RAISES: a module of the library, whatever is on sys.path. */
    Value (*library)(VM *vm, const char *name);
    /* Take the outermost entries of that file out of the raised exception's traceback. */
    void (*hide_frames)(VM *vm, const char *filename);
    bool (*run_pending)(VM *vm); /* a collection, handlers of signals; false RAISES (KeyboardInterrupt ...) */
    /* Run a class body's function with this mapping as its namespace. NEW, RAISES: the class's cell, or None. */
    Value (*class_body)(VM *vm, Value function, Value namespace);
    /* What super() without arguments means in the running frame. RAISES; both BORROWED. */
    bool (*super_arguments)(VM *vm, Value *type, Value *self);
    /* The one of `names` that `wrong` is probably a slip of, or ABSENT. BORROWED. */
    Value (*nearest_name)(VM *vm, const Value *names, int64_t count, Value wrong);
    /* Add where the running frame stands to the exception's traceback; the exception is what it gives back. */
    Value (*traceback_here)(VM *vm, Value exception);
    /* Write the exception with its traceback to sys.stderr, as an uncaught one. Raises nothing. */
    void (*print_exception)(VM *vm, Value exception);
    /* The same for an exception that nobody can catch. Raises nothing. */
    void (*print_unraisable)(VM *vm, Value exception);
    void (*memory)(VM *vm, VMMemory *memory);
    /* Copy a code object's instructions as they were before the machine specialised them. */
    void (*plain_code)(const struct Code *code, uint32_t *words);
    /* Send a value into an iterator or coroutine: 1 and what it yields, 0 and its result, -1 RAISES. */
    int (*send)(VM *vm, Value iterator, Value value, Value *result);
    /* Visit what the upper rooms own outside of objects: the frames, the machine. See runtime/audit.h. */
    int (*visit_roots)(VM *vm, VisitFn visit, void *context);
    /* Read a line from the terminal, edited, behind this prompt, without its end. ABSENT with nothing raised at the end
     * of input. NULL: there is no such thing, read sys.stdin. NEW, RAISES. */
    Value (*read_terminal)(VM *vm, Value prompt);
} VMHooks;

struct VM {
    Heap heap; /* first: see vm_heap in gc/heap.h */

    /* Errors. */
    Value raised;                  /* the exception on its way; ABSENT when none; owned */
    HandledException *handled;     /* the innermost item; never NULL */
    HandledException handled_base; /* the outermost */
    Value memory_error;      /* a spare one, for when there is no memory to make one; ABSENT: in use; owned */
    Value last_memory_error; /* the same, when that is in use ... */
    Object *shared_memory_error; /* ... which is this while it is in use, by all who need one; not owned */
    bool keep_memory_errors;     /* a MemoryError that dies becomes a spare one */

    /* Machine. */
    struct Frame *frame; /* the running frame; NULL outside of Python code. vm/frame.h */
    Value *stack;        /* the value stack, up to stack_end; a guard page lies behind. vm/frame.h */
    Value *stack_end;
    uint32_t depth;           /* Python frames now open */
    uint32_t monitored_codes; /* code objects for which sys.monitoring has events of their own */
    uint32_t recursion_limit; /* sys.setrecursionlimit */
    char *c_stack_limit;      /* below this address of the C stack, recursion is refused */
    char *c_stack_start;      /* where it began, when it grows up to a limit of the process; else NULL */
    /* 1 by the signal handler and when a collection is due, 2 while there is a trace function; looked at where a safe
     * point is, between instructions and in long loops. */
    volatile int interrupted;

    /* Names and shared small objects. */
    struct InternTable *interned; /* runtime/text/intern.h */
    Value names[NAME_COUNT];      /* interned; owned */
    FixedName fixed_names[FIXED_NAMES];
    Value empty_string, empty_tuple, empty_bytes;
    Value characters[256]; /* the one-character strings U+0000 to U+00FF */
    Value bytes_of_one[256];
    uint64_t hash_key[2]; /* SipHash key; all zero under PYTHONHASHSEED=0 */

    /* Types. */
    StaticTypeState static_types[STATIC_TYPE_COUNT];
    MethodCacheEntry *method_cache; /* METHOD_CACHE_SIZE entries */
    uint32_t next_type_version;
    uint32_t next_keys_version; /* see Dict.keys_version */
    bool type_dict_refused;     /* a look-up has gone without the dict of some type, for want of memory */
    struct ShapeTable *shapes;  /* runtime/classes/shape.h */
    struct SignatureCache *signatures; /* runtime/native.h */

    /* Modules. */
    Value modules;  /* sys.modules, a dict */
    Value builtins; /* the dict of the builtins module */
    Value sys;      /* the dict of sys */

    WeakTable weak_table;

    Value asyncgen_first_iteration, asyncgen_finalizer; /* sys.set_asyncgen_hooks; or ABSENT */
    uint32_t coroutine_origin_depth;                    /* sys.set_coroutine_origin_tracking_depth */
    Value asyncio;        /* see runtime/modules/asyncio.h; ABSENT until needed */
    Value context;        /* the running one, see runtime/modules/contextvars.h; ABSENT until needed */
    Value exit_functions; /* a list, see runtime/modules/atexit.h; ABSENT until needed */
    Value audit_hooks;    /* a list, see sys.addaudithook; ABSENT until needed */
    Value gc_callbacks, gc_garbage;       /* the lists of the module gc; ABSENT before its import */
    Value unsupported_operation;          /* the class io.UnsupportedOperation; ABSENT until needed */
    struct RegexSessions *regex_sessions; /* see runtime/modules/regex_engine.h; NULL until needed */
    Value struct_cache;                   /* format -> layout of the module struct; ABSENT: empty */
    uint64_t abc_registrations;           /* ABCMeta.register calls so far, see runtime/modules/abc.c */

    VMHooks hooks;
    bool audit_at_end;      /* prove the heap when the program has ended: MPYHEAPCHECK */
    int int_max_str_digits; /* sys.set_int_max_str_digits; 0: no limit */
    int compile_flags;      /* of all code that does not ask for others (compiler/compile.h): -O, -OO */
    bool encoding_warning;  /* warn of text files opened without an encoding: -X warn_default_encoding */
    bool bytes_warning;     /* warn of bytes that are compared with or made to texts: -b */
    double switch_interval; /* sys.setswitchinterval; kept for who asks, there is nothing to switch to */
    uint32_t repr_depth;
    Value repr_running; /* a list of the containers whose repr is under way, or ABSENT */
    void *upper;        /* vm/ room's own state (import, compiler flags, signal set-up): vm/machine.h */
};

/* Is something waiting for a safe point: a signal, a collection? */
static inline bool vm_interrupted(const VM *vm) { return UNLIKELY(vm->interrupted); }

/* A safe point: may a long native loop go on? Runs the collection and the handlers of the signals that wait; false when
 * one of these raised. */
RAISES static inline bool vm_may_go_on(VM *vm) { return !vm_interrupted(vm) || vm->hooks.run_pending(vm); }

/* Enter a native function that may call itself through objects (repr, compare, call). False RAISES RecursionError,
 * with `where` appended to the message (" while getting the repr of an object", ...), when the C stack comes near its
 * end; the recursion limit counts Python frames alone, as CPython's. recursion_init finds the end of the C stack of
 * the thread that calls it, which is the thread the VM then runs in. */
void recursion_init(VM *vm);
/* The process's limit for the stack has changed: a lower one counts from here on. */
void recursion_lower(VM *vm);
RAISES bool recursion_refuse(VM *vm, const char *where);
RAISES static inline bool recursion_enter(VM *vm, const char *where) {
    return LIKELY((char *)__builtin_frame_address(0) > vm->c_stack_limit) || recursion_refuse(vm, where);
}
static inline void recursion_leave(VM *vm) {}

/* Memory for a body (list items, dict tables); NULL RAISES MemoryError. */
RAISES void *memory_alloc(VM *vm, size_t size);
RAISES void *memory_resize(VM *vm, void *block, size_t old_size, size_t new_size);
/* Zero a whole number of words. A few are stored one by one: memset may store them under a mask, and whoever reads one
 * of them next would wait for that. */
static inline void memory_clear(void *block, size_t size) {
    enum { FEW = 8 };
    uint64_t *word = block, *end = (uint64_t *)((char *)block + size);
    if (end - word > FEW) {
        memset(block, 0, size);
        return;
    }
    while (word < end) {
        *word++ = 0;
        __asm__("" ::: "memory"); /* or the compiler makes a memset of it */
    }
}
static inline void memory_free(VM *vm, void *block, size_t size) {
    if (block) heap_free(vm_heap(vm), block, size);
}

#endif
