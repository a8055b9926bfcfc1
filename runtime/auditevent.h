#ifndef MPY_RUNTIME_AUDITEVENT_H
#define MPY_RUNTIME_AUDITEVENT_H

/*
 * Audit events (PEP 578): what built-in functions tell the hooks that sys.addaudithook has been given, before they do
 * it. A hook that raises stops them. As long as there is no hook an event costs one comparison.
 */

#include "gc/likely.h"
#include "runtime/state.h"

enum { AUDIT_ARGUMENTS_MAX = 9 };

/* Call the hooks with the event's name and a tuple of its arguments, of which ABSENT is None. Another exception that is
 * raised meanwhile is put aside. */
RAISES bool audit_tell(VM *vm, const char *event, const Value *args, int count);

/* The same, with a tuple of any number of Values for the only argument. */
RAISES bool audit_tuple(VM *vm, const char *event, const Value *row, int count);

/* AUDIT(vm, "name", argument, ...), AUDIT_PLAIN for one without arguments, AUDIT_ROW for audit_tuple; false RAISES. */
#define AUDIT(vm, event, ...) \
    (LIKELY(is_absent((vm)->audit_hooks)) || \
     audit_tell(vm, event, (const Value[]){__VA_ARGS__}, \
                (int)(sizeof(Value[]){__VA_ARGS__} / sizeof(Value))))
#define AUDIT_ROW(vm, event, row, count) \
    (LIKELY(is_absent((vm)->audit_hooks)) || audit_tuple(vm, event, row, count))
#define AUDIT_PLAIN(vm, event) (LIKELY(is_absent((vm)->audit_hooks)) || audit_tell(vm, event, NULL, 0))

/* Special attributes that are read, set, or (ABSENT) deleted. */
RAISES bool audit_attribute(VM *vm, const char *event, Value object, const char *name, Value value);
RAISES static inline bool audit_get(VM *vm, Value object, const char *name) {
    return is_absent(vm->audit_hooks) || audit_attribute(vm, "object.__getattr__", object, name, ABSENT);
}
RAISES static inline bool audit_set(VM *vm, Value object, const char *name, Value value) {
    const char *event = is_absent(value) ? "object.__delattr__" : "object.__setattr__";
    return is_absent(vm->audit_hooks) || audit_attribute(vm, event, object, name, value);
}

/* A folder's descriptor as an argument: -1 where none was given. */
static inline Value audit_folder(Value dir_fd) {
    return is_absent(dir_fd) || is_none(dir_fd) ? int_small(-1) : dir_fd;
}

#endif
