#ifndef MPY_VM_LOAD_H
#define MPY_VM_LOAD_H

/*
 * From a full name to a new module: who has it, and how it is made.
 *
 * The finders of sys.meta_path are asked in turn. As long as they are the three that the machine put there, and no
 * path hook is, C finds and runs the module itself, without a call: BuiltinImporter (native modules), PathFinder
 * (files along the path, and the library where the path names it), FrozenImporter (the library, if sys.path does not
 * name it). Either way the module has its
 * __spec__ and __loader__. The loader of files is a class in the library, imported with the first file.
 */

#include "vm/import.h"

/* The module of a full name: `last` is the part behind its last dot, `parent` the rest (ABSENT: there is none),
 * `path` the parent's __path__ or sys.path. ABSENT with nothing raised: nobody has it. */
NEW RAISES Value load_module(VM *vm, Value name, Value parent, Value last, Value path);

/* Make and run the module that a spec describes; it is left in sys.modules. */
NEW RAISES Value load_spec(VM *vm, Value spec);
/* The new module of a spec, its attributes set, its code not run. */
NEW RAISES Value load_module_from_spec(VM *vm, Value spec);
/* Set a module's attributes from its spec; `override`: also those that it has. */
RAISES bool load_set_attributes(VM *vm, Value spec, Value module, bool override);

/* A module of the library by its name, whatever sys.path and sys.meta_path say. */
NEW RAISES Value load_library_module(VM *vm, const char *name);

/* Append to a search path, a list, the entry that stands for the library. */
RAISES bool load_add_library(VM *vm, Value path);

/* sys.meta_path, and the specs of the modules that are there from the start. */
RAISES bool load_init(VM *vm);

/* What the three finders find: NEW spec, None when they do not have it. */
NEW RAISES Value load_find_native(VM *vm, Value name);
NEW RAISES Value load_find_frozen(VM *vm, Value name);
NEW RAISES Value load_find_file(VM *vm, Value name, Value path /* ABSENT: sys.path */);

/* What the importers' exec_module and get_code do. */
NEW RAISES Value load_native(VM *vm, Value name); /* ABSENT with nothing raised: there is none */
NEW RAISES Value load_frozen_code(VM *vm, Value name);
/* Its source, a str; None where there is no such module. */
NEW RAISES Value load_frozen_source(VM *vm, Value name);
bool load_is_frozen_package(VM *vm, Value name);

#endif
