#ifndef MPY_VM_STEPS_H
#define MPY_VM_STEPS_H

/*
 * The parts of instructions that are too rare or too long to stand in the eval loop.
 *
 * They work on values, not on the loop's registers; operands stay the caller's unless a word says otherwise.
 */

#include "vm/frame.h"

/* --- names --- */
/* A property's getter ends with what is raised: if that is an AttributeError, it says which attribute of what is
 * missing. */
void step_getter_failed(VM *vm, const Frame *getter);
RAISES bool step_unbound(VM *vm, const Code *code, uint32_t variable); /* always false */
NEW RAISES Value step_load_global(VM *vm, const Frame *frame, Value name);
NEW RAISES Value step_load_name(VM *vm, const Frame *frame, Value name);
RAISES bool step_store_name(VM *vm, const Frame *frame, Value name, Value value);
RAISES bool step_delete_name(VM *vm, const Frame *frame, Value name);
RAISES bool step_delete_global(VM *vm, const Frame *frame, Value name);
NEW RAISES int step_mapping_find(VM *vm, Value mapping, Value name, Value *result); /* 1, 0, -1 */
NEW RAISES Value step_builtin(VM *vm, const Frame *frame, Value name); /* NameError when missing */
RAISES bool step_setup_annotations(VM *vm, const Frame *frame);

/* --- attributes --- */
/* (function, object) or (attribute, ABSENT) into pair[0..1]; both NEW. */
RAISES bool step_load_method(VM *vm, Value object, Value name, Value *pair);
/* super().name as instructions do it; `method`: may give (function, self) as step_load_method. */
RAISES bool step_super(VM *vm, Value super, Value type, Value self, Value name, bool method, Value *pair);

/* --- items and iteration --- */
NEW RAISES Value step_get_slice(VM *vm, Value container, Value start, Value stop);
RAISES bool step_set_slice(VM *vm, Value container, Value start, Value stop, Value value);
/* Unpack into to[0..count), the first item in the highest place; `after` < 0: no star. */
RAISES bool step_unpack(VM *vm, Value iterable, int64_t before, int64_t after, Value *to);

/* --- operators --- */
/* An operator whose left operand is of no class statement's class, or of one that has it from a built-in class.
 * NOT_IMPLEMENTED: not tried, or two operands of one class that have declined. */
NEW RAISES Value step_binary(VM *vm, BinaryOp op, bool inplace, Value left, Value right);

/* *text += more, of strs. A variable that the next instruction stores into lets a text go that it has, so that
 * `s += x` in a loop grows it where it is. */
RAISES bool step_append(VM *vm, const Frame *frame, Value *text, Value more);

/* --- building --- */
NEW RAISES Value step_build_set(VM *vm, Value *items, int64_t count);
NEW RAISES Value step_format(VM *vm, Value v, Value spec /* or ABSENT */, unsigned conversion);
RAISES bool step_list_extend(VM *vm, Value list, Value iterable);
RAISES bool step_dict_update(VM *vm, Value dict, Value mapping);
/* Of MAKE_FUNCTION: how many values lie under the code, by its flags. */
static inline int function_parts(unsigned flags) {
    return (int)((flags & 1) + (flags >> 1 & 1) + (flags >> 2 & 1) + (flags >> 3 & 1));
}
NEW RAISES Value step_make_function(VM *vm, const Frame *frame, Value *parts, unsigned flags);

/* --- exceptions and with --- */
/* `raise`, `raise exception`, `raise exception from cause` (ABSENT: not given). True: a bare raise of what is
 * being handled, which adds no traceback entry. It always raises. */
RAISES bool step_raise(VM *vm, Value exception, Value cause);
NEW RAISES Value step_cleanup_throw(VM *vm, STEALS Value exception);
NEW RAISES Value step_stop_iteration_error(VM *vm, uint32_t code_flags, Value exception);
/* except*: part an exception, or None, by type; the part that matches is being handled from now on. */
RAISES bool step_group_match(VM *vm, Value exception, Value type, NEW Value *match, NEW Value *rest);
/* (manager) -> (__exit__, self or ABSENT, __enter__, self or ABSENT), the latter to be called: of `with`, or `async
 * with`. */
RAISES bool step_with_methods(VM *vm, bool asynchronous, Value *stack);
/* async for: is the iteration over? Else the exception is raised again. STEALS it. */
RAISES bool step_end_async_for(VM *vm, STEALS Value exception);
NEW RAISES Value step_with_exit(VM *vm, Value exit, Value self, Value exception);

/* --- the rest --- */
RAISES bool step_print(VM *vm, Value v);

#endif
