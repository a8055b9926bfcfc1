#ifndef MPY_VM_IMPORT_H
#define MPY_VM_IMPORT_H

/*
 * import: from a dotted name to a module in sys.modules.
 *
 * A name is looked for among the native modules (runtime/modules/modules.def), then along sys.path, or the package's
 * __path__ for a name behind a dot, then in the library in the binary (vm/load.h). In each directory a package
 * `name/__init__.mpy` or `.py` goes before a module `name.mpy` or `name.py`; directories without an __init__ together
 * make a namespace package. A module stands in sys.modules while its code runs, so that circular imports find it, and
 * is taken out again when that fails.
 */

#include "vm/frame.h"

/* The module of an absolute dotted name; its parents are imported first. */
NEW RAISES Value import_module(VM *vm, Value name);

/* What the instructions do. The statement calls builtins.__import__ if it is not ours. */
NEW RAISES Value import_statement(VM *vm, const Frame *frame, Value name, Value fromlist, Value level);
NEW RAISES Value import_from(VM *vm, Value module, Value name);
RAISES bool import_star(VM *vm, const Frame *frame, Value module);

/* The native function __import__. */
NEW RAISES Value import_function(VM *vm, Value *args, int nargs, Value names);

/* sys.builtin_module_names: the native modules and builtins, sorted. */
NEW RAISES Value import_native_names(VM *vm);

/* A file's bytes, in a block from memory_alloc; NULL RAISES OSError. */
RAISES char *import_read(VM *vm, Value filename, size_t *length);

/* The path of the file that `import name` would run, from the given directories; ABSENT when there is none
 * (or, then raised, an error). For `-m`. */
NEW RAISES Value import_find_file(VM *vm, Value name, Value path, bool *package);

#endif
