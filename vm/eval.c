/*
 * The eval loop: one function, in which each instruction is a label, TARGET(NAME), that ends by going to the next one.
 *
 * Its registers are C variables: `ip` behind the word of the instruction under way (then behind its further words),
 * `sp` the first free slot, `locals` the frame's variables, `frame` = vm->frame, `word` the instruction. What is done
 * with them again and again has a name in vm/evalwords.h; read that first. What is done with built-in objects at once
 * is in vm/fast.h and vm/arithmetic.h, longer work in vm/steps.c.
 *
 * Sections, in order: the stack; variables; names; attributes; items; operators; comparisons and jumps; iteration;
 * building; functions and calls; generators; match; exceptions; import and the rest. Then the tails that instructions
 * share: results, operators, calls of each kind, returns, errors.
 *
 * References: a value on the operand stack is owned by its slot; popping it moves the reference. Slots above sp are
 * garbage. ABSENT may stand on the stack where an instruction says so, and only there; unwinding expects it anywhere.
 */

#if defined __GNUC__ && !defined __clang__
/* The first as its manual advises for computed gotos; the second because a few words are cleared sooner than by memset,
 * the last because two values stored by one instruction are moved to a register of another kind first, and waited for
 * when they are read. Labels are not aligned: many are run into, and the padding would be executed. */
#pragma GCC optimize("no-gcse", "no-tree-loop-distribute-patterns", "no-tree-slp-vectorize")
#endif

#include "vm/eval.h"

#include <assert.h>

#include "compiler/opcode.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/range.h"
#include "runtime/containers/set.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/exception_group.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/arithmetic.h"
#include "vm/asyncgen.h"
#include "vm/call.h"
#include "vm/evalwords.h"
#include "vm/fast.h"
#include "vm/generator.h"
#include "vm/import.h"
#include "vm/match.h"
#include "vm/operator.h"
#include "vm/specialise.h"
#include "vm/steps.h"
#include "vm/trace.h"
#include "vm/typing.h"

/* --- helpers of the loop --- */

/* The place of an object is emptied first: a finalizer may look at the frame. */
static inline void drop_locals(VM *vm, Frame *frame, Value *locals, const uint32_t *ip) {
    for (Value *v = locals; v < (Value *)frame; v++) {
        Value old = *v;
        if (!is_object(old) || is_absent(old)) continue;
        *v = ABSENT;
        if (--as_object(old)->refs > 0) continue;
        frame->ip = ip;
        frame->flags |= FRAME_LEAVING;
        object_die(vm, as_object(old));
    }
}

static inline bool stack_has_room(const VM *vm, const Value *from, int64_t count) {
    return vm->stack_end - from >= count;
}

/* A generator's operand stack is in the generator, where no callee's frame can follow: its arguments move to
 * the VM's stack. The new place, or NULL when there is no room. */
static Value *leave_generator(const VM *vm, const Frame *frame, Value *arguments, int64_t nargs) {
    if (arguments == frame->top) return arguments;
    if (!stack_has_room(vm, frame->top, nargs)) return NULL;
    memcpy(frame->top, arguments, (size_t)nargs * sizeof(Value));
    return frame->top;
}

/* (bound method, ABSENT) -> (function, self), on the stack. */
static void method_to_pair(VM *vm, Value *base) {
    Value method = base[0];
    base[0] = value_ref(as_method(method)->function);
    base[1] = value_ref(as_method(method)->self);
    value_drop(vm, method);
}

/* A function that a call with exactly `count` arguments enters without binding. */
static inline bool function_takes(Value v, uint32_t count) {
    return !is_absent(v) && is_function(v) && as_function(v)->code->simple &&
           as_function(v)->code->positional_count == count;
}

/* Asked when C enters the loop. A function of its own, since asking for a frame's address costs a register. */
static __attribute__((noinline)) bool c_stack_has_room(VM *vm) {
    if (LIKELY((char *)__builtin_frame_address(0) > vm->c_stack_limit)) return true;
    raise_error(vm, &exc_RecursionError, "maximum recursion depth exceeded");
    return false;
}

/* --- the loop --- */

#ifdef EVAL_TRACED
Value eval_traced(VM *vm, bool entering) {
#else
Value eval_run(VM *vm) {
#endif
    static const void *const targets[OP_COUNT] = {
#define OP(name, ...) [OP_##name] = &&op_##name,
#define SPECIAL(name, family, meaning) [OP_##name] = &&op_##name,
#include "compiler/opcodes.def"
    };
#ifndef EVAL_TRACED
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    static const void *const real_targets[OP_COUNT] = {[0 ... OP_COUNT - 1] = &&real_pushed,
#define REAL(name, ...) [OP_##name] = &&real_##name,
                                                       REAL_INSTRUCTIONS(REAL) REAL(STORE_LOCAL)
                                                           REAL(COMPARE_JUMP) REAL(COMPARE_INT_JUMP)
                                                               REAL(COMPARE_CONST_JUMP)
#undef REAL
    };
    static const void *const truth_targets[OP_COUNT] = {
        [0 ... OP_COUNT - 1] = &&truth_pushed,
        [OP_POP_JUMP_IF_TRUE] = &&truth_POP_JUMP_IF_TRUE,
        [OP_POP_JUMP_IF_FALSE] = &&truth_POP_JUMP_IF_FALSE,
    };
#pragma GCC diagnostic pop
#endif

    Frame *frame;
    const uint32_t *ip;
    Value *sp, *locals;
    int64_t word; /* of 32 bits; wider, so that its parts are indexes as they are */
    /* Passed from an instruction to a shared tail. */
    Value result, callable;
    Value *base, *arguments; /* of a call: the callable's place and the first argument's */
    int64_t nargs;
    uint32_t variable, inplace, flags;
    BinaryOp operation;
    Type *type;
    Attributes *area;
    Value *slot;
    int truth = 0;
    double real = 0;

#ifndef EVAL_TRACED
    if (UNLIKELY(vm->interrupted) && trace_is_on(vm)) return eval_traced(vm, true);
#endif
    LOAD_FRAME();
    if (UNLIKELY(!c_stack_has_room(vm))) goto error;
    TRACED(if (entering && !trace_call(vm, frame)) goto error; ip = frame->ip; sp = frame->sp;)
    if (UNLIKELY(error_raised(vm))) goto error; /* a generator resumed by throw() */
    NEXT();

    /* --- the stack --- */

    TARGET(NOP) NEXT();

    TARGET(POP_TOP) {
        Value top = *--sp;
        DROP_REPLACED(top);
        NEXT();
    }

    TARGET(COPY) {
        result = sp[-(int64_t)A24];
        PUSH(value_xref(result));
        NEXT();
    }

    TARGET(SWAP) {
        Value *other = &sp[-(int64_t)A24], top = sp[-1];
        sp[-1] = *other;
        *other = top;
        NEXT();
    }

    TARGET(PUSH_ABSENT) {
        PUSH(ABSENT);
        NEXT();
    }

    TARGET(LOAD_CONST) {
        PUSH(value_ref(CONST_AT(A24)));
        NEXT();
    }

    TARGET(LOAD_INT) {
        PUSH(int_small(A24_SIGNED));
        NEXT();
    }

    /* --- variables --- */

    TARGET(LOAD_LOCAL) {
        PUSH_LOCAL(A24);
        NEXT();
    }

    TARGET(LOAD_LOCAL_LOCAL) {
        PUSH_LOCAL(A8);
        PUSH_LOCAL(B16);
        NEXT();
    }

    TARGET(CLEAR_LOCAL) {
        value_clear(vm, &locals[A24]);
        NEXT();
    }

    TARGET(STORE_LOCAL) {
        Value old = locals[A24];
        locals[A24] = *--sp;
        DROP_REPLACED(old);
        NEXT();
    }

    TARGET(STORE_LOCAL_LOAD_LOCAL) {
        Value old = locals[A8];
        locals[A8] = *--sp;
        DROP_REPLACED(old);
        PUSH_LOCAL(B16);
        NEXT();
    }

    TARGET(STORE_LOCAL_STORE_LOCAL) {
        Value old = locals[A8];
        locals[A8] = *--sp;
        DROP_REPLACED(old);
        old = locals[B16];
        locals[B16] = *--sp;
        DROP_REPLACED(old);
        NEXT();
    }

    TARGET(DELETE_LOCAL) {
        variable = A24;
        if (UNLIKELY(is_absent(locals[variable]))) goto unbound;
        result = locals[variable];
        locals[variable] = ABSENT;
        DROP_REPLACED(result);
        NEXT();
    }

    TARGET(MAKE_CELL) {
        SAVE_IP();
        result = cell_new(vm, locals[A24]);
        if (UNLIKELY(is_absent(result))) goto error;
        value_set(vm, &locals[A24], result);
        NEXT();
    }

    TARGET(COPY_FREE_VARS) {
        const Tuple *closure = as_tuple(frame_function(frame)->closure);
        Value *to = (Value *)frame - A24;
        for (int64_t i = 0; i < A24; i++) {
            Value cell = closure->items[i];
            object_ref(as_object(cell));
            to[i] = cell;
        }
        NEXT();
    }

    TARGET(LOAD_CELL) {
        result = as_cell(locals[A24])->content;
        if (is_object(result)) {
            if (UNLIKELY(is_absent(result))) UNBOUND(A24);
            object_ref(as_object(result));
        }
        PUSH(result);
        NEXT();
    }

    TARGET(STORE_CELL) {
        sp--;
        value_set(vm, &as_cell(locals[A24])->content, *sp);
        NEXT();
    }

    TARGET(DELETE_CELL) {
        variable = A24;
        if (UNLIKELY(is_absent(as_cell(locals[variable])->content))) goto unbound;
        value_clear(vm, &as_cell(locals[variable])->content);
        NEXT();
    }

    /* --- names --- */

    TARGET(LOAD_NAME) {
        SAVE_IP();
        if (specialise_due(CACHE)) specialise_load_name(vm, frame, INSTRUCTION, NAME_AT(A24), true);
        result = step_load_name(vm, frame, NAME_AT(A24));
        ip += 3;
        goto push_result;
    }

    TARGET(LOAD_NAME_MODULE) {
        if (UNLIKELY(!value_same(frame->names, frame_globals(frame)))) goto undo;
        goto op_LOAD_GLOBAL_MODULE;
    }

    TARGET(LOAD_NAME_BUILTIN) {
        if (UNLIKELY(!value_same(frame->names, frame_globals(frame)))) goto undo;
        goto op_LOAD_GLOBAL_BUILTIN;
    }

    TARGET(STORE_NAME) {
        SAVE_IP();
        bool stored = step_store_name(vm, frame, NAME_AT(A24), sp[-1]);
        if (stored && specialise_due(CACHE)) specialise_store_name(vm, frame, INSTRUCTION, NAME_AT(A24));
        ip += 3;
        if (UNLIKELY(!stored)) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(STORE_NAME_MODULE) {
        Dict *globals = as_dict(frame_globals(frame));
        if (UNLIKELY(!value_same(frame->names, from_object(globals)) || globals->keys_version != ip[1] ||
                     object_place(&globals->head) == GC_UNTRACKED))
            goto undo;
        Value *place = &dict_entries(globals)[ip[2]].value;
        ip += 3;
        sp--;
        value_set(vm, place, *sp);
        NEXT();
    }

    TARGET(DELETE_NAME) {
        SAVE_IP();
        if (!step_delete_name(vm, frame, NAME_AT(A24))) goto error;
        NEXT();
    }

    TARGET(LOAD_GLOBAL) {
        SAVE_IP();
        if (specialise_due(CACHE)) specialise_load_name(vm, frame, INSTRUCTION, NAME_AT(A24), false);
        result = step_load_global(vm, frame, NAME_AT(A24));
        ip += 3;
        goto push_result;
    }

    TARGET(LOAD_GLOBAL_MODULE) {
        const Dict *globals = as_dict(frame_globals(frame));
        if (UNLIKELY(globals->keys_version != ip[1])) goto undo;
        PUSH(value_ref(dict_entries(globals)[ip[2]].value));
        ip += 3;
        NEXT();
    }

    TARGET(LOAD_GLOBAL_MODULE_CALL) {
        const Dict *globals = as_dict(frame_globals(frame));
        if (UNLIKELY(globals->keys_version != ip[1])) goto undo;
        sp[0] = value_ref(dict_entries(globals)[ip[2]].value);
        sp[1] = ABSENT;
        sp += 2;
        ip += 4;
        NEXT();
    }

    TARGET(LOAD_GLOBAL_BUILTIN_CALL) {
        const Dict *globals = as_dict(frame_globals(frame)), *builtins = as_dict(frame_builtins(frame));
        if (UNLIKELY(globals->keys_version != ip[1] || builtins->keys_version != ip[2])) goto undo;
        sp[0] = value_ref(dict_entries(builtins)[ip[0] >> 20].value);
        sp[1] = ABSENT;
        sp += 2;
        ip += 4;
        NEXT();
    }

    TARGET(LOAD_GLOBAL_BUILTIN) {
        const Dict *globals = as_dict(frame_globals(frame)), *builtins = as_dict(frame_builtins(frame));
        if (UNLIKELY(globals->keys_version != ip[1] || builtins->keys_version != ip[2])) goto undo;
        PUSH(value_ref(dict_entries(builtins)[ip[0] >> 20].value));
        ip += 3;
        NEXT();
    }

    TARGET(STORE_GLOBAL) {
        SAVE_IP();
        if (!dict_set(vm, frame_globals(frame), NAME_AT(A24), sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(DELETE_GLOBAL) {
        SAVE_IP();
        if (!step_delete_global(vm, frame, NAME_AT(A24))) goto error;
        NEXT();
    }

    TARGET(LOAD_LOCALS) {
        SAVE_IP();
        if (is_absent(frame->names)) {
            raise_error(vm, &exc_SystemError, "no locals");
            goto error;
        }
        PUSH(value_ref(frame->names));
        NEXT();
    }

    TARGET(LOAD_DICT_OR_GLOBAL) {
        SAVE_IP();
        Value found;
        truth = step_mapping_find(vm, sp[-1], NAME_AT(A24), &found);
        if (truth < 0) goto error;
        result = found;
        if (truth == 0) result = step_load_global(vm, frame, NAME_AT(A24));
        goto replace_top;
    }

    TARGET(LOAD_DICT_OR_CELL) {
        SAVE_IP();
        Value found;
        truth = step_mapping_find(vm, sp[-1], frame->code->variables->items[A24], &found);
        if (truth < 0) goto error;
        result = found;
        if (truth == 0) {
            result = value_xref(as_cell(locals[A24])->content);
            variable = A24;
            if (is_absent(result)) goto unbound;
        }
        goto replace_top;
    }

    TARGET(LOAD_BUILD_CLASS) {
        SAVE_IP();
        result = step_builtin(vm, frame, NAME_OF(vm, build_class));
        goto push_result;
    }

    TARGET(SETUP_ANNOTATIONS) {
        SAVE_IP();
        if (!step_setup_annotations(vm, frame)) goto error;
        NEXT();
    }

    /* --- attributes --- */

    TARGET(LOAD_ATTR) {
        SAVE_IP();
        if (specialise_due(CACHE)) {
            specialise_load_attr(vm, INSTRUCTION, sp[-1], NAME_AT(A24));
            if (word_opcode(ip[-1]) != OP_LOAD_ATTR) goto again;
        }
        result = load_attribute(vm, sp[-1], NAME_AT(A24));
        ip += 5;
        goto replace_top;
    }

    TARGET(LOAD_ATTR_SLOT) {
        Value object = sp[-1];
        GUARD_SLOT(object);
        sp[-1] = value_ref(*slot);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_ATTR_MEMBER) {
        Value object = sp[-1];
        GUARD_VERSION(object);
        Value member = *(Value *)((char *)as_object(object) + ip[2]);
        if (UNLIKELY(is_absent(member))) goto undo;
        sp[-1] = value_ref(member);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_ATTR_CLASS) {
        Value object = sp[-1];
        GUARD_SHAPE(object);
        sp[-1] = value_ref(type_lookup_interned(vm, as_object(object)->type, NAME_AT(A24)));
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_ATTR_PLAIN) {
        Value object = sp[-1];
        GUARD_VERSION(object);
        sp[-1] = value_ref(type_lookup_interned(vm, as_object(object)->type, NAME_AT(A24)));
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_ATTR_PROPERTY) {
        Value object = sp[-1];
        if (UNLIKELY(type_of(object)->version != ip[1])) goto undo;
        callable = ((Property *)as_object(cache_value(&ip[3])))->get;
        if (UNLIKELY(!function_takes(callable, 1))) goto undo;
        ip += 5;
        goto enter_getter;
    }

    TARGET(LOAD_ATTR_DESCRIPTOR) {
        if (UNLIKELY(type_of(sp[-1])->version != ip[1])) goto undo;
        Value descriptor = cache_value(&ip[3]);
        ip += 5;
        SAVE_IP();
        result = object_get_described(vm, sp[-1], NAME_AT(A24), descriptor);
        goto replace_top;
    }

    TARGET(LOAD_ATTR_TYPE) {
        Value object = sp[-1];
        GUARD_CLASS(object);
        sp[-1] = value_ref(type_lookup_interned(vm, as_type(object), NAME_AT(A24)));
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_ATTR_MODULE) {
        Value object = sp[-1];
        GUARD_MODULE(object);
        sp[-1] = value_ref(dict_entries(dict)[ip[3]].value);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR) {
        Value object = locals[A8];
        if (UNLIKELY(is_absent(object))) UNBOUND(A8);
        SAVE_IP();
        if (specialise_due(CACHE)) {
            specialise_load_attr(vm, INSTRUCTION, object, NAME_AT(B16));
            if (word_opcode(ip[-1]) != OP_LOAD_LOCAL_ATTR) goto again;
        }
        result = load_attribute(vm, object, NAME_AT(B16));
        ip += 5;
        goto push_result;
    }

    TARGET(LOAD_LOCAL_ATTR_SLOT) {
        Value object = locals[A8];
        GUARD_SLOT(object);
        PUSH(value_ref(*slot));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_MEMBER) {
        Value object = locals[A8];
        GUARD_VERSION(object);
        Value member = *(Value *)((char *)as_object(object) + ip[2]);
        if (UNLIKELY(is_absent(member))) goto undo;
        PUSH(value_ref(member));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_CLASS) {
        Value object = locals[A8];
        GUARD_SHAPE(object);
        PUSH(value_ref(type_lookup_interned(vm, as_object(object)->type, NAME_AT(B16))));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_DESCRIPTOR) {
        Value object = locals[A8];
        if (UNLIKELY(is_absent(object) || type_of(object)->version != ip[1])) goto undo;
        Value descriptor = cache_value(&ip[3]);
        ip += 5;
        SAVE_IP();
        result = object_get_described(vm, object, NAME_AT(B16), descriptor);
        goto push_result;
    }

    TARGET(LOAD_LOCAL_ATTR_TYPE) {
        Value object = locals[A8];
        GUARD_CLASS(object);
        PUSH(value_ref(type_lookup_interned(vm, as_type(object), NAME_AT(B16))));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_MODULE) {
        Value object = locals[A8];
        GUARD_MODULE(object);
        PUSH(value_ref(dict_entries(dict)[ip[3]].value));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_PLAIN) {
        Value object = locals[A8];
        GUARD_VERSION(object);
        PUSH(value_ref(type_lookup_interned(vm, as_object(object)->type, NAME_AT(B16))));
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_LOCAL_ATTR_PROPERTY) {
        Value object = locals[A8];
        if (UNLIKELY(is_absent(object) || type_of(object)->version != ip[1])) goto undo;
        callable = ((Property *)as_object(cache_value(&ip[3])))->get;
        if (UNLIKELY(!function_takes(callable, 1))) goto undo;
        ip += 5;
        PUSH(value_ref(object));
        goto enter_getter;
    }

    TARGET(STORE_ATTR) {
        SAVE_IP();
        if (specialise_due(CACHE)) {
            specialise_store_attr(vm, INSTRUCTION, sp[-1], NAME_AT(A24));
            if (word_opcode(ip[-1]) != OP_STORE_ATTR) goto again;
        }
        bool stored = store_attribute(vm, sp[-1], NAME_AT(A24), sp[-2]);
        ip += 5;
        if (UNLIKELY(!stored)) goto error;
        DROP_TOP(2);
        NEXT();
    }

    TARGET(STORE_ATTR_SLOT) {
        Value object = sp[-1];
        GUARD_SLOT(object);
        Value old = *slot;
        *slot = sp[-2];
        sp -= 2;
        ip += 5;
        DROP_REPLACED(old);
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(STORE_ATTR_MEMBER) {
        Value object = sp[-1];
        GUARD_VERSION(object);
        Value *member = (Value *)((char *)as_object(object) + ip[2]), old = *member;
        *member = sp[-2];
        sp -= 2;
        ip += 5;
        DROP_REPLACED(old);
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(STORE_ATTR_ADD) {
        Value object = sp[-1];
        GUARD_SHAPE(object);
        if (UNLIKELY(ip[3] >= area->inline_slots)) goto undo;
        area->slots[ip[3]] = sp[-2];
        area->shape_id = ip[4];
        sp -= 2;
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(STORE_LOCAL_ATTR) {
        Value object = locals[A8];
        if (UNLIKELY(is_absent(object))) UNBOUND(A8);
        SAVE_IP();
        if (specialise_due(CACHE)) {
            specialise_store_attr(vm, INSTRUCTION, object, NAME_AT(B16));
            if (word_opcode(ip[-1]) != OP_STORE_LOCAL_ATTR) goto again;
        }
        bool stored = store_attribute(vm, object, NAME_AT(B16), sp[-1]);
        ip += 5;
        if (UNLIKELY(!stored)) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(STORE_LOCAL_ATTR_SLOT) {
        Value object = locals[A8];
        GUARD_SLOT(object);
        Value old = *slot;
        *slot = *--sp;
        ip += 5;
        DROP_REPLACED(old);
        NEXT();
    }

    TARGET(STORE_LOCAL_ATTR_MEMBER) {
        Value object = locals[A8];
        GUARD_VERSION(object);
        Value *member = (Value *)((char *)as_object(object) + ip[2]), old = *member;
        *member = *--sp;
        ip += 5;
        DROP_REPLACED(old);
        NEXT();
    }

    TARGET(STORE_LOCAL_ATTR_ADD) {
        Value object = locals[A8];
        GUARD_SHAPE(object);
        if (UNLIKELY(ip[3] >= area->inline_slots)) goto undo;
        area->slots[ip[3]] = *--sp;
        area->shape_id = ip[4];
        ip += 5;
        NEXT();
    }

    TARGET(DELETE_ATTR) {
        SAVE_IP();
        if (!object_set_attribute(vm, sp[-1], NAME_AT(A24), ABSENT)) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(LOAD_METHOD) {
        SAVE_IP();
        if (specialise_due(CACHE)) {
            specialise_load_method(vm, INSTRUCTION, sp[-1], NAME_AT(A24));
            if (word_opcode(ip[-1]) != OP_LOAD_METHOD) goto again;
        }
        Value pair[2], object = sp[-1];
        bool found = load_method(vm, object, NAME_AT(A24), pair);
        ip += 5;
        if (UNLIKELY(!found)) goto error;
        sp[-1] = pair[0];
        PUSH(pair[1]);
        value_drop(vm, object);
        NEXT();
    }

    TARGET(LOAD_METHOD_CLASS) {
        Value object = sp[-1];
        GUARD_SHAPE(object);
        sp[-1] = value_ref(cache_value(&ip[3]));
        PUSH(object);
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_METHOD_MEMBER) {
        Value object = sp[-1];
        GUARD_VERSION(object);
        Value member = *(Value *)((char *)as_object(object) + ip[2]);
        if (UNLIKELY(is_absent(member))) goto undo;
        sp[-1] = value_ref(member);
        PUSH(ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_METHOD_PLAIN) {
        Value object = sp[-1];
        if (UNLIKELY(type_of(object)->version != ip[1])) goto undo;
        sp[-1] = value_ref(cache_value(&ip[3]));
        PUSH(object);
        ip += 5;
        NEXT();
    }

    TARGET(LOAD_METHOD_TYPE) {
        Value object = sp[-1];
        GUARD_CLASS(object);
        sp[-1] = value_ref(type_lookup_interned(vm, as_type(object), NAME_AT(A24)));
        PUSH(ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_METHOD_WRAPPED) {
        Value object = sp[-1];
        GUARD_SHAPE(object);
        const MethodWrapper *wrapper = (const MethodWrapper *)as_object(cache_value(&ip[3]));
        if (UNLIKELY(is_absent(wrapper->callable))) goto undo;
        bool to_class = wrapper->head.type == &class_method_type;
        sp[-1] = value_ref(wrapper->callable);
        PUSH(to_class ? value_ref(from_object(as_object(object)->type)) : ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_METHOD_TYPE_WRAPPED) {
        Value object = sp[-1];
        GUARD_CLASS(object);
        const MethodWrapper *wrapper = (const MethodWrapper *)as_object(cache_value(&ip[3]));
        if (wrapper->head.type == &class_method_descriptor_type) { /* a built-in type's */
            SAVE_IP();
            result = wrapper->head.type->descriptor_get(vm, cache_value(&ip[3]), ABSENT, object);
            ip += 5;
            if (UNLIKELY(is_absent(result))) goto error;
            sp[-1] = result;
            PUSH(ABSENT);
            object_drop(vm, as_object(object));
            NEXT();
        }
        if (UNLIKELY(is_absent(wrapper->callable))) goto undo;
        bool to_class = wrapper->head.type == &class_method_type;
        sp[-1] = value_ref(wrapper->callable);
        PUSH(to_class ? value_ref(object) : ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_METHOD_SLOT) {
        Value object = sp[-1];
        GUARD_SLOT(object);
        sp[-1] = value_ref(*slot);
        PUSH(ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_METHOD_MODULE) {
        Value object = sp[-1];
        GUARD_MODULE(object);
        sp[-1] = value_ref(dict_entries(dict)[ip[3]].value);
        PUSH(ABSENT);
        ip += 5;
        object_drop(vm, as_object(object));
        NEXT();
    }

    TARGET(LOAD_SUPER_ATTR) {
        SAVE_IP();
        Value pair[2];
        if (!step_super(vm, sp[-3], sp[-2], sp[-1], NAME_AT(A24), false, pair)) goto error;
        DROP_TOP(3);
        PUSH(pair[0]);
        NEXT();
    }

    TARGET(LOAD_SUPER_METHOD) {
        SAVE_IP();
        Value pair[2];
        if (!step_super(vm, sp[-3], sp[-2], sp[-1], NAME_AT(A24), true, pair)) goto error;
        DROP_TOP(3);
        PUSH(pair[0]);
        PUSH(pair[1]);
        NEXT();
    }

    /* --- items --- */

    TARGET(GET_ITEM) {
        Value container = sp[-2], key = sp[-1];
        result = fast_item(vm, container, key);
        if (LIKELY(!is_absent(result))) {
            sp[-2] = result;
            sp--;
            SAVE_IP();
            object_drop(vm, as_object(container));
            value_drop(vm, key);
            NEXT();
        }
    }

get_item_slow : { /* not one that fast_item serves */
    Value container = sp[-2];
    if (is_object(container) && as_object(container)->type->flags & TYPE_HEAP) {
        callable = operator_get_item(vm, container);
        if (!is_absent(callable)) goto enter_operator;
    }
    SAVE_IP();
    result = get_item(vm, container, sp[-1]);
    goto replace_two;
}

    TARGET(GET_ITEM_LOCAL_LOCAL) {
        result = fast_item(vm, locals[A8], locals[B16]);
        if (LIKELY(!is_absent(result))) {
            PUSH(result);
            NEXT();
        }
        PUSH_LOCAL(A8);
        PUSH_LOCAL(B16);
        goto get_item_slow;
    }

    TARGET(GET_ITEM_INT) {
        result = fast_item(vm, sp[-1], int_small(A24_SIGNED));
        if (LIKELY(!is_absent(result))) {
            Value container = sp[-1];
            sp[-1] = result;
            SAVE_IP();
            object_drop(vm, as_object(container));
            NEXT();
        }
        PUSH(int_small(A24_SIGNED));
        goto get_item_slow;
    }

    TARGET(SET_ITEM_LOCAL_LOCAL) {
        Value container = locals[A8], index = locals[B16];
        if (LIKELY(is_int(index) && !is_absent(container) && is_exactly(container, &list_type))) {
            List *list = as_list(container);
            int64_t i = int_get(index);
            if (LIKELY((uint64_t)i < (uint64_t)list->length)) {
                Value old = list->items[i];
                list->items[i] = *--sp;
                SAVE_IP();
                value_drop(vm, old);
                NEXT();
            }
        } else if (!is_absent(container) && is_exactly(container, &dict_type)) {
            SAVE_IP();
            truth = dict_set_simple(vm, container, index, sp[-1]);
            if (UNLIKELY(truth < 0)) goto error;
            if (LIKELY(truth)) {
                DROP_TOP(1);
                NEXT();
            }
        }
        PUSH_LOCAL(A8);
        PUSH_LOCAL(B16);
        goto op_SET_ITEM;
    }

    TARGET(SET_ITEM) {
        Value container = sp[-2];
        if (LIKELY(is_exactly(container, &list_type) && is_int(sp[-1]))) {
            List *list = as_list(container);
            int64_t i = int_get(sp[-1]);
            if (i < 0) i += list->length;
            if (LIKELY((uint64_t)i <
                       (uint64_t)list->length)) { /* the value's reference moves into the list */
                Value old = list->items[i];
                list->items[i] = sp[-3];
                sp -= 3;
                SAVE_IP();
                value_drop(vm, old);
                value_drop(vm, container);
                NEXT();
            }
        }
        SAVE_IP();
        bool stored = true;
        if (is_exactly(container, &dict_type)) {
            stored = dict_set(vm, container, sp[-1], sp[-3]);
        } else if (!store_byte(container, sp[-1], sp[-3])) {
            if (is_object(container) && as_object(container)->type->flags & TYPE_HEAP) {
                callable = operator_set_item(vm, container);
                if (!is_absent(callable)) goto enter_set_item;
            }
            stored = object_set_item(vm, container, sp[-1], sp[-3]);
        }
        DROP_TOP(3);
        if (UNLIKELY(!stored)) goto error;
        NEXT();
    }

    TARGET(DELETE_ITEM) {
        SAVE_IP();
        bool deleted = object_set_item(vm, sp[-2], sp[-1], ABSENT);
        DROP_TOP(2);
        if (UNLIKELY(!deleted)) goto error;
        NEXT();
    }

    TARGET(GET_SLICE) {
        SAVE_IP();
        result = step_get_slice(vm, sp[-3], sp[-2], sp[-1]);
        DROP_TOP(2); /* before the container, as the slice that CPython makes of them */
        goto replace_top_or_drop;
    }

    TARGET(SET_SLICE) {
        SAVE_IP();
        bool stored = step_set_slice(vm, sp[-3], sp[-2], sp[-1], sp[-4]);
        DROP_TOP(2);
        DROP_TOP(2);
        if (UNLIKELY(!stored)) goto error;
        NEXT();
    }

    /* --- operators --- */

    BINARY_STACK(ADD, add)
    BINARY_STACK(SUBTRACT, subtract)
    BINARY_STACK(MULTIPLY, multiply)
    BINARY_STACK(TRUE_DIVIDE, true_divide)
    BINARY_STACK(FLOOR_DIVIDE, floor_divide)
    BINARY_STACK(MODULO, modulo)
    BINARY_STACK(POWER, power)
    BINARY_STACK(LSHIFT, lshift)
    BINARY_STACK(RSHIFT, rshift)
    BINARY_STACK(AND, and)
    BINARY_STACK(OR, or)
    BINARY_STACK(XOR, xor)
    BINARY_STACK(MATMUL, matmul)
    BINARY_LOCAL_LOCAL(ADD, add)
    BINARY_LOCAL_LOCAL(SUBTRACT, subtract)
    BINARY_LOCAL_LOCAL(MULTIPLY, multiply)
    BINARY_LOCAL_LOCAL_STORE(ADD, add)
    BINARY_LOCAL_LOCAL_STORE(SUBTRACT, subtract)
    BINARY_LOCAL_LOCAL_STORE(MULTIPLY, multiply)
    BINARY_CHANGE_LOCAL(ADD_TO_LOCAL, ADD, add)
    BINARY_CHANGE_LOCAL(SUBTRACT_FROM_LOCAL, SUBTRACT, subtract)
    BINARY_WITH_LOCAL_STORE(ADD, add)
    BINARY_WITH_LOCAL_STORE(SUBTRACT, subtract)
    BINARY_WITH_LOCAL_STORE(MULTIPLY, multiply)
    BINARY_STACK_STORE(ADD, add)
    BINARY_STACK_STORE(MULTIPLY, multiply)
    BINARY_WITH_LOCAL(ADD, add)
    BINARY_WITH_LOCAL(SUBTRACT, subtract)
    BINARY_WITH_LOCAL(MULTIPLY, multiply)
    BINARY_WITH_LOCAL(TRUE_DIVIDE, true_divide)
    BINARY_WITH_CONST(ADD, add)
    BINARY_WITH_CONST(SUBTRACT, subtract)
    BINARY_WITH_CONST(MULTIPLY, multiply)
    BINARY_CONST_LOCAL(SUBTRACT, subtract)
    BINARY_CONST_LOCAL(MULTIPLY, multiply)
    BINARY_LOCAL_INT(ADD, add)
    BINARY_LOCAL_INT(SUBTRACT, subtract)
    BINARY_INT(ADD, add)
    BINARY_INT(SUBTRACT, subtract)
    BINARY_INT(MULTIPLY, multiply)
    BINARY_INT(FLOOR_DIVIDE, floor_divide)
    BINARY_INT(MODULO, modulo)
    BINARY_INT(LSHIFT, lshift)
    BINARY_INT(RSHIFT, rshift)
    BINARY_INT(AND, and)

    TARGET(INCREMENT_LOCAL) {
        Value *place = &locals[A8], sum = ABSENT;
        if (LIKELY(is_int(*place) && ints_add(*place, int_small(B16_SIGNED), &sum))) {
            *place = sum;
            NEXT();
        }
        if (is_absent(*place)) UNBOUND(A8);
        SAVE_IP();
        result = object_inplace(vm, BINARY_ADD, *place, int_small(B16_SIGNED));
        if (UNLIKELY(is_absent(result))) goto error;
        value_set(vm, place, result);
        NEXT();
    }

    TARGET(NEGATIVE) {
        Value negated = ABSENT;
        if ((is_int(sp[-1]) && ints_subtract(int_small(0), sp[-1], &negated)) ||
            (is_float(sp[-1]) && float_immediate(-float_get(sp[-1]), &negated))) {
            sp[-1] = negated;
            NEXT();
        }
        SAVE_IP();
        result = object_unary(vm, UNARY_NEGATIVE, sp[-1]);
        goto replace_top;
    }

    UNARY(POSITIVE, UNARY_POSITIVE)
    UNARY(INVERT, UNARY_INVERT)

    TARGET(NOT) {
        truth = fast_truth(sp[-1]);
        if (UNLIKELY(truth < 0)) {
            SAVE_IP();
            truth = object_truth_by_type(vm, sp[-1]);
            if (UNLIKELY(truth < 0)) goto error;
        }
        result = bool_from(!truth);
        goto replace_top;
    }

/* `order` is how the left operand compares with the right one. */
#define JUMP_BY(order) \
    do { \
        uint32_t jump_ = *ip++; \
        if (jump_ >> (order)&1) { \
            ip += compare_jump_distance(jump_); \
            CHECK_SIGNALS(); \
        } \
        NEXT(); \
    } while (0)

    /* --- a double that is not on the stack yet --- */

real_pushed: /* what has fetched the next instruction is as if it had not */
    TRACED(ip++;)
    ip--;
    {
        Value packed;
        if (LIKELY(float_immediate(real, &packed))) RESULT_PUSHED(packed);
    }
    SAVE_IP();
    result = float_from(vm, real);
    goto push_result;

#ifndef EVAL_TRACED
#define REAL(name, operand, computed, done) \
    real_##name : { \
        double other; \
        if (UNLIKELY(!get_number(operand, &other))) goto real_pushed; \
        done(computed); \
        goto real_pushed; \
    }
    REAL_INSTRUCTIONS(REAL)
#undef REAL

real_STORE_LOCAL : {
    Value packed, old = locals[A24];
    if (UNLIKELY(!float_immediate(real, &packed))) goto real_pushed;
    locals[A24] = packed;
    value_xdrop(vm, old);
    NEXT();
}

real_COMPARE_JUMP:
    if (UNLIKELY(!is_float(sp[-1]))) goto real_pushed;
    sp--;
    JUMP_BY(double_order(float_get(*sp), real));

real_COMPARE_INT_JUMP:
    JUMP_BY(double_order(real, A24_SIGNED));

real_COMPARE_CONST_JUMP:
    if (UNLIKELY(!is_float(CONST_AT(A24)))) goto real_pushed;
    JUMP_BY(double_order(real, float_get(CONST_AT(A24))));
#endif

    /* --- comparisons and jumps --- */

    TARGET(COMPARE) {
        int order = fast_order(sp[-2], sp[-1]);
        if (LIKELY(order >= 0)) {
            sp[-2] = bool_from(order_satisfies(order, A24));
            sp--;
            NEXT();
        }
        order = fast_string_order(sp[-2], sp[-1], compare_asks_equality(compare_mask(A24)));
        if (order >= 0) {
            result = bool_from(order_satisfies(order, A24));
            goto replace_two;
        }
        callable = operator_compare(vm, sp[-2], sp[-1], (CompareOp)A24);
        if (!is_absent(callable)) goto enter_operator;
        SAVE_IP();
        result = object_compare(vm, sp[-2], sp[-1], (CompareOp)A24);
        goto replace_two;
    }

    TARGET(IS) {
        truth = value_same(sp[-2], sp[-1]) != (bool)A24;
        DROP_TOP(2);
        NEXT_TRUTH();
    }

    TARGET(CONTAINS) {
        truth = fast_character_in(sp[-1], sp[-2]);
        if (truth < 0) {
            callable = operator_contains(vm, sp[-1]);
            if (UNLIKELY(!is_absent(callable))) goto enter_contains;
            SAVE_IP();
            truth = contains(vm, sp[-1], sp[-2]);
        }
        DROP_TOP(2);
        if (UNLIKELY(truth < 0)) goto error;
        truth ^= A24;
        NEXT_TRUTH();
    }

    TARGET(JUMP) {
        ip += A24_SIGNED;
        CHECK_SIGNALS();
        NEXT();
    }

    TARGET(POP_JUMP_IF_TRUE) {
        Value top = *--sp;
        truth = fast_truth(top);
        if (UNLIKELY(truth < 0)) {
            SAVE_IP();
            truth = object_truth_by_type(vm, top);
        }
        value_drop(vm, top);
        if (UNLIKELY(truth < 0)) goto error;
        if (truth) {
            ip += A24_SIGNED;
            CHECK_SIGNALS();
        }
        NEXT();
    }

    TARGET(POP_JUMP_IF_FALSE) {
        Value top = *--sp;
        truth = fast_truth(top);
        if (UNLIKELY(truth < 0)) {
            SAVE_IP();
            truth = object_truth_by_type(vm, top);
        }
        value_drop(vm, top);
        if (UNLIKELY(truth < 0)) goto error;
        if (!truth) {
            ip += A24_SIGNED;
            CHECK_SIGNALS();
        }
        NEXT();
    }

    TARGET(POP_JUMP_IF_NONE) {
        Value top = *--sp;
        if (is_none(top)) ip += A24_SIGNED;
        value_drop(vm, top);
        CHECK_SIGNALS();
        NEXT();
    }

    TARGET(POP_JUMP_IF_NOT_NONE) {
        Value top = *--sp;
        if (!is_none(top)) ip += A24_SIGNED;
        value_drop(vm, top);
        CHECK_SIGNALS();
        NEXT();
    }

    TARGET(JUMP_IF_TRUE_OR_POP) {
        SAVE_IP();
        truth = fast_truth(sp[-1]);
        if (truth < 0) truth = object_truth_by_type(vm, sp[-1]);
        if (UNLIKELY(truth < 0)) goto error;
        if (truth) {
            ip += A24_SIGNED;
            NEXT();
        }
        DROP_TOP(1);
        NEXT();
    }

    TARGET(JUMP_IF_FALSE_OR_POP) {
        SAVE_IP();
        truth = fast_truth(sp[-1]);
        if (truth < 0) truth = object_truth_by_type(vm, sp[-1]);
        if (UNLIKELY(truth < 0)) goto error;
        if (!truth) {
            ip += A24_SIGNED;
            NEXT();
        }
        DROP_TOP(1);
        NEXT();
    }

truth_pushed: /* what has fetched the next instruction is as if it had not */
    TRACED(ip++;)
    ip--;
    PUSH(bool_from(truth));
    NEXT();

#ifndef EVAL_TRACED
truth_POP_JUMP_IF_TRUE: /* is the other with the opposite */
    truth = !truth;

truth_POP_JUMP_IF_FALSE:
    if (!truth) {
        ip += A24_SIGNED;
        CHECK_SIGNALS();
    }
    NEXT();
#endif

#define COMPARE_AND_JUMP(left, right, count, slow) \
    do { \
        int order_ = fast_order(left, right); \
        if (UNLIKELY(order_ < 0)) goto slow; \
        sp -= (count); \
        JUMP_BY(order_); \
    } while (0)

    TARGET(COMPARE_JUMP) COMPARE_AND_JUMP(sp[-2], sp[-1], 2, compare_jump_slow);

    TARGET(COMPARE_INT_JUMP) COMPARE_AND_JUMP(sp[-1], int_small(A24_SIGNED), 1, compare_int_jump_slow);

compare_int_jump_slow:
    PUSH(int_small(A24_SIGNED));
    goto compare_jump_slow;

    TARGET(COMPARE_CONST_JUMP)
    COMPARE_AND_JUMP(sp[-1], CONST_AT(A24), 1, compare_const_jump_slow);

compare_const_jump_slow : {
    Value left = sp[-1];
    int order = fast_string_order(left, CONST_AT(A24), compare_asks_equality(*ip));
    if (LIKELY(order >= 0)) {
        sp--;
        value_drop(vm, left);
        JUMP_BY(order);
    }
    PUSH(value_ref(CONST_AT(A24)));
}
    goto compare_jump_slow;

    TARGET(COMPARE_LOCAL_INT_JUMP)
    COMPARE_AND_JUMP(locals[A8], int_small(B16_SIGNED), 0, compare_local_int_jump_slow);

compare_local_int_jump_slow:
    PUSH_LOCAL(A8);
    PUSH(int_small(B16_SIGNED));
    goto compare_jump_slow;

    TARGET(COMPARE_LOCAL_CONST_JUMP)
    COMPARE_AND_JUMP(locals[A8], CONST_AT(B16), 0, compare_local_const_jump_slow);

compare_local_const_jump_slow : {
    Value left = locals[A8];
    int order = is_absent(left) ? -1 : fast_string_order(left, CONST_AT(B16), compare_asks_equality(*ip));
    if (LIKELY(order >= 0)) JUMP_BY(order);
    PUSH_LOCAL(A8);
    PUSH(value_ref(CONST_AT(B16)));
}
    goto compare_jump_slow;

    TARGET(COMPARE_LOCAL_LOCAL_JUMP)
    COMPARE_AND_JUMP(locals[A8], locals[B16], 0, compare_local_local_jump_slow);

compare_local_local_jump_slow:
    PUSH_LOCAL(A8);
    PUSH_LOCAL(B16);

compare_jump_slow : { /* the operands are on the stack, the jump word is next */
    int order = fast_string_order(sp[-2], sp[-1], compare_asks_equality(*ip));
    if (LIKELY(order >= 0)) {
        DROP_TOP(2);
        JUMP_BY(order);
    }
    CompareOp compare = (CompareOp)compare_jump_op(*ip);
    callable = operator_compare(vm, sp[-2], sp[-1], compare);
    if (!is_absent(callable)) goto enter_operator;
    SAVE_IP();
    result = object_compare(vm, sp[-2], sp[-1], compare);
}

compare_jump_result : {
    DROP_TOP(2);
    if (UNLIKELY(is_absent(result))) goto error;
    truth = fast_truth(result);
    if (UNLIKELY(truth < 0)) truth = object_truth_by_type(vm, result);
    value_drop(vm, result);
    if (UNLIKELY(truth < 0)) goto error;
    uint32_t jump = *ip++;
    if (truth == compare_jump_sense(jump)) {
        ip += compare_jump_distance(jump);
        CHECK_SIGNALS();
    }
    NEXT();
}

    /* --- iteration --- */

    TARGET(GET_ITER) {
        SAVE_IP();
        result = object_iterate(vm, sp[-1]);
        goto replace_top;
    }

#define ITERATOR_ITEM() \
    do { \
        Object *iterator_ = as_object(sp[-1]); \
        if (iterator_->type == &range_iterator_type) \
            result = range_iterator_item((RangeIterator *)iterator_); \
        else if (iterator_->type == &list_iterator_type) \
            result = list_iterator_item(vm, (SequenceIterator *)iterator_); \
        else if (iterator_->type == &tuple_iterator_type) \
            result = tuple_iterator_item(vm, (SequenceIterator *)iterator_); \
        else if (iterator_->type == &string_ascii_iterator_type) \
            result = string_iterator_item(vm, (SequenceIterator *)iterator_); \
        else if (iterator_->type == &generator_type) \
            goto enter_generator; \
        else { \
            SAVE_IP(); \
            result = LIKELY(iterator_->type->next != NULL) ? iterator_->type->next(vm, sp[-1]) \
                                                           : iterator_next(vm, sp[-1]); \
            TRACED(if (error_is(vm, &exc_StopIteration)) frame->sp = sp, trace_exception(vm, frame);) \
            if (UNLIKELY(is_absent(result)) && !iterator_ended(vm)) goto error; \
        } \
    } while (0)

    TARGET(FOR_ITER) {
#ifndef EVAL_TRACED
        if (*ip == instruction_a(OP_UNPACK, 2) && as_object(sp[-1])->type->next_pair != NULL) {
            Value first, second;
            SAVE_IP();
            int pair = as_object(sp[-1])->type->next_pair(vm, sp[-1], &first, &second);
            if (LIKELY(pair > 0)) {
                PUSH(second);
                PUSH(first);
                ip++;
                NEXT();
            }
            if (pair == 0) {
                if (UNLIKELY(!iterator_ended(vm))) goto error;
                DROP_TOP(1);
                ip += A24_SIGNED;
                NEXT();
            }
        }
#endif
        ITERATOR_ITEM();
        if (LIKELY(!is_absent(result))) {
            PUSH(result);
            NEXT();
        }
        DROP_TOP(1);
        ip += A24_SIGNED;
        NEXT();
    }

    TARGET(FOR_ITER_LOCAL) {
        ITERATOR_ITEM();
        if (LIKELY(!is_absent(result))) {
            Value old = locals[A24];
            locals[A24] = result;
            ip++;
            DROP_REPLACED(old);
            NEXT();
        }
        DROP_TOP(1);
        ip += (int32_t)*ip + 1;
        NEXT();
    }

    TARGET(UNPACK) {
        Value iterable = *--sp;
        const Value *items = NULL;
        if (is_exactly(iterable, &tuple_type) && as_tuple(iterable)->length == A24)
            items = as_tuple(iterable)->items;
        else if (is_exactly(iterable, &list_type) && as_list(iterable)->length == A24)
            items = as_list(iterable)->items;
        if (LIKELY(items != NULL && A24 == 2)) { /* by far the commonest count */
            PUSH(value_ref(items[1]));
            PUSH(value_ref(items[0]));
            value_drop(vm, iterable);
            NEXT();
        }
        if (LIKELY(items != NULL)) {
            for (uint32_t i = A24; i-- > 0;)
                PUSH(value_ref(items[i]));
            value_drop(vm, iterable);
            NEXT();
        }
        SAVE_IP();
        bool done = step_unpack(vm, iterable, A24, -1, sp);
        value_drop(vm, iterable);
        if (UNLIKELY(!done)) goto error;
        sp += A24;
        NEXT();
    }

    TARGET(UNPACK_STAR) {
        SAVE_IP();
        Value iterable = *--sp;
        bool done = step_unpack(vm, iterable, A8, B16, sp);
        value_drop(vm, iterable);
        if (UNLIKELY(!done)) goto error;
        sp += A8 + B16 + 1;
        NEXT();
    }

    /* --- building --- */

    TARGET(BUILD_TUPLE) {
        SAVE_IP();
        sp -= A24;
        result = tuple_from_owned(vm, sp, A24);
        goto push_result;
    }

    TARGET(BUILD_LIST) {
        SAVE_IP();
        sp -= A24;
        result = list_from_owned(vm, sp, A24);
        goto push_result;
    }

    TARGET(BUILD_SET) {
        SAVE_IP();
        result = step_build_set(vm, sp - A24, A24);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP((int)A24);
        PUSH(result);
        NEXT();
    }

    TARGET(BUILD_MAP) {
        SAVE_IP();
        result = dict_new_of(vm, sp - 2 * (int64_t)A24, A24);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP(2 * (int)A24);
        PUSH(result);
        NEXT();
    }

    TARGET(BUILD_STRING) {
        SAVE_IP();
        result = string_join(vm, vm->empty_string, sp - A24, A24);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP((int)A24);
        PUSH(result);
        NEXT();
    }

    TARGET(BUILD_SLICE) {
        SAVE_IP();
        Value *parts = sp - A24;
        result = slice_new(vm, parts[0], parts[1], A24 == 3 ? parts[2] : ABSENT);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP((int)A24);
        PUSH(result);
        NEXT();
    }

    TARGET(LIST_APPEND) {
        Value item = *--sp;
        SAVE_IP();
        if (UNLIKELY(!list_append_owned(vm, sp[-(int64_t)A24], item))) goto error;
        NEXT();
    }

    TARGET(SET_ADD) {
        SAVE_IP();
        if (!set_add(vm, sp[-1 - (int64_t)A24], sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(MAP_ADD) {
        SAVE_IP();
        if (!dict_set(vm, sp[-2 - (int64_t)A24], sp[-2], sp[-1])) goto error;
        DROP_TOP(2);
        NEXT();
    }

    TARGET(LIST_EXTEND) {
        SAVE_IP();
        if (!step_list_extend(vm, sp[-1 - (int64_t)A24], sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(SET_UPDATE) {
        SAVE_IP();
        if (!set_update(vm, sp[-1 - (int64_t)A24], sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(DICT_UPDATE) {
        SAVE_IP();
        if (!step_dict_update(vm, sp[-1 - (int64_t)A24], sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(DICT_MERGE) {
        SAVE_IP();
        Value *dict = &sp[-1 - (int64_t)A24];
        if (!call_merge_keywords(vm, dict[-3], *dict, sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(LIST_TO_TUPLE) {
        SAVE_IP();
        result = tuple_from(vm, as_list(sp[-1])->items, as_list(sp[-1])->length);
        goto replace_top;
    }

    TARGET(FORMAT) {
        SAVE_IP();
        Value v = sp[-1 - (int64_t)B16];
        if (A8 == 0 && B16 == 0 && is_exactly(v, &str_type)) NEXT();
        result = step_format(vm, v, B16 ? sp[-1] : ABSENT, A8);
        if (B16) goto replace_two;
        goto replace_top;
    }

    /* --- functions and calls --- */

    TARGET(MAKE_FUNCTION) {
        SAVE_IP();
        int count = 1 + function_parts(A24);
        result = step_make_function(vm, frame, sp - count, A24);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP(count);
        PUSH(result);
        NEXT();
    }

/* What call_done does for a call whose arguments are all there: none needs to be asked. The callable has moved to
 * base[1], or is gone. */
#define FINISH_NATIVE_CALL() \
    { \
        assert(!error_raised(vm)); \
        const Value *end_ = sp; \
        *base = result; \
        sp = ++base; \
        do \
            value_drop(vm, *base); \
        while (++base < end_); \
        NEXT(); \
    }

    TARGET(CALL) {
        nargs = A24;
        base = sp - nargs - 2;
        TRACED(if (monitor_wants(vm, frame->code, MONITOR_CALL)) goto call_monitored;)
        TRACED(call_told:;)
    call_pair:;
        Value called = *base;
        if (LIKELY(is_object(called) && as_object(called)->type == &function_type)) {
            /* The commonest call of all, by itself: a function given just its positional parameters. */
            Value *first = base + 1 + is_absent(base[1]);
            const Code *code = as_function(called)->code;
            if (LIKELY(first + code->exact_count == sp && !(frame->flags & FRAME_GENERATOR))) {
                frame->ip = ip;
                frame->sp = base;
                frame = frame_push_filled(vm, called, first, sp, 0);
                sp = base;
                if (UNLIKELY(frame == NULL)) goto refused;
                ip = code->instructions;
                sp = frame_operands(frame);
                locals = first;
                TRACED(goto entered;)
                if (UNLIKELY(vm->interrupted)) goto entered_interrupted;
                NEXT();
            }
        }
        if (is_object(called) && as_object(called)->type == &method_type && is_absent(base[1])) {
            method_to_pair(vm, base);
            goto call_pair;
        }
        if (is_object(called)) specialise_call(INSTRUCTION, called);
        goto call;
    }

    TARGET(CALL_NATIVE) {
        TRACED(goto op_CALL;)
        nargs = A24;
        base = sp - nargs - 2;
        Value called = *base;
        if (UNLIKELY(!is_exactly(called, &native_function_type) || !is_absent(base[1]))) goto op_CALL;
        const NativeFunction *native = (const NativeFunction *)as_object(called);
        int count = native_count(&native->signature, base + 2, nargs);
        if (UNLIKELY(count < 0)) goto op_CALL;
        SAVE_IP();
        if (!is_absent(native->self)) {
            base[1] = value_ref(native->self);
            result = native->function(vm, base + 1, count + 1, ABSENT);
            goto method_called;
        }
        result = native->function(vm, base + 2, count, ABSENT);
    native_called:
        if (UNLIKELY(is_absent(result))) goto call_done;
        base[1] = *base;
        FINISH_NATIVE_CALL();
    }

    TARGET(CALL_NATIVE_ONE) {
        TRACED(goto op_CALL;)
        if (UNLIKELY(!is_exactly(sp[-3], &native_function_type) || !is_absent(sp[-2]))) goto op_CALL;
        const NativeFunction *native = (const NativeFunction *)as_object(sp[-3]);
        int count = native_count(&native->signature, sp - 1, 1);
        if (UNLIKELY(count < 0 || !is_absent(native->self))) goto op_CALL_NATIVE;
        SAVE_IP();
        result = native->function(vm, sp - 1, count, ABSENT);
    one_called:
        if (UNLIKELY(is_absent(result))) {
            base = sp - 3;
            goto call_done;
        }
        Value called = sp[-3], self = sp[-2], argument = sp[-1];
        sp -= 2;
        sp[-1] = result;
        object_drop(vm, as_object(called));
        value_xdrop(vm, self);
        value_drop(vm, argument);
        NEXT();
    }

    TARGET(CALL_METHOD) {
        TRACED(goto op_CALL;)
        nargs = A24;
        base = sp - nargs - 2;
        Value called = *base;
        if (UNLIKELY(!is_exactly(called, &method_descriptor_type))) goto op_CALL;
        const MethodDescriptor *method = (const MethodDescriptor *)as_object(called);
        if (UNLIKELY(is_absent(base[1]))) { /* str.upper(s): self is the first of the arguments */
            int count = nargs == 0 ? -1 : native_count(&method->signature, base + 3, nargs - 1);
            if (count < 0 || !value_is_instance(base[2], method->owner)) goto op_CALL;
            SAVE_IP();
            result = method->function(vm, base + 2, count + 1, ABSENT);
            goto native_called;
        }
        int count = native_count(&method->signature, base + 2, nargs);
        if (UNLIKELY(count < 0 || !value_is_instance(base[1], method->owner))) goto op_CALL;
        SAVE_IP();
        result = method->function(vm, base + 1, count + 1, ABSENT);
    method_called:
        if (UNLIKELY(is_absent(result))) goto call_done;
        object_drop(vm, as_object(*base));
        FINISH_NATIVE_CALL();
    }

    TARGET(CALL_METHOD_ALONE) {
        TRACED(goto op_CALL;)
        if (UNLIKELY(!is_exactly(sp[-2], &method_descriptor_type) || is_absent(sp[-1]))) goto op_CALL;
        const MethodDescriptor *method = (const MethodDescriptor *)as_object(sp[-2]);
        int count = native_count(&method->signature, sp, 0);
        if (UNLIKELY(count < 0 || !value_is_instance(sp[-1], method->owner))) goto op_CALL;
        SAVE_IP();
        result = method->function(vm, sp - 1, count + 1, ABSENT);
        if (UNLIKELY(is_absent(result))) {
            base = sp - 2;
            goto call_done;
        }
        Value called = sp[-2], self = *--sp;
        sp[-1] = result;
        object_drop(vm, as_object(called));
        value_drop(vm, self);
        NEXT();
    }

    TARGET(CALL_METHOD_ONE) {
        TRACED(goto op_CALL;)
        if (UNLIKELY(!is_exactly(sp[-3], &method_descriptor_type) || is_absent(sp[-2]))) goto op_CALL_METHOD;
        const MethodDescriptor *method = (const MethodDescriptor *)as_object(sp[-3]);
        int count = native_count(&method->signature, sp - 1, 1);
        if (UNLIKELY(count < 0 || !value_is_instance(sp[-2], method->owner))) goto op_CALL;
        SAVE_IP();
        result = method->function(vm, sp - 2, count + 1, ABSENT);
        goto one_called;
    }

    TARGET(CALL_OBJECT) {
        TRACED(goto op_CALL;)
        base = sp - A24 - 2;
        callable = *base;
        if (UNLIKELY(!is_object(callable) || !is_absent(base[1]) ||
                     !calls_by_slot(as_object(callable)->type)))
            goto op_CALL;
        SAVE_IP();
        result = object_call(vm, callable, base + 2, (int)A24, ABSENT);
        goto native_called;
    }

    TARGET(CALL_CLASS) {
        TRACED(goto op_CALL;)
        nargs = A24;
        base = sp - nargs - 2;
        callable = *base;
        if (UNLIKELY(!is_object(callable) || !calls_as_class(as_object(callable)->type) ||
                     !is_absent(base[1])))
            goto op_CALL;
        const Type *class = as_type(callable);
        if (!(class->flags & TYPE_HEAP)) { /* a built-in one: no frame comes of it */
            SAVE_IP();
            result = type_type.call(vm, callable, base + 2, (int)nargs, ABSENT);
            goto native_called;
        }
        arguments = base + 2;
        goto call_class;
    }

    TARGET(CALL_CONVERT) {
        TRACED(goto op_CALL;)
        callable = sp[-3];
        if (UNLIKELY(!is_object(callable) || !calls_as_class(as_object(callable)->type) ||
                     !is_absent(sp[-2]) || as_type(callable)->convert == NULL))
            goto op_CALL;
        SAVE_IP();
        result = as_type(callable)->convert(vm, sp[-1]);
        goto one_called;
    }

    TARGET(CALL_KEYWORDS) {
        SAVE_IP();
        Value names = sp[-1];
        base = sp - 3 - (int64_t)A24;
        TRACED(frame->sp = sp;)
        TRACED(const Value *told = !is_absent(base[1]) ? base + 1 : A24 ? base + 2 : NULL;)
        TRACED(bool monitored = monitor_wants(vm, frame->code, MONITOR_CALL);)
        TRACED(if (monitored && !monitor_call(vm, frame, *base, told)) goto error;)
        bool has_self = !is_absent(base[1]);
        arguments = base + 2 - has_self;
        nargs = (int64_t)A24 - as_tuple(names)->length + has_self;
        callable = *base;
        Value target =
            has_self ? is_function(callable) ? callable : ABSENT : call_target(vm, callable, false);
        TRACED(if (monitored && !is_function(callable)) target = ABSENT;)
        if (!is_absent(target)) {
            Value function; /* callable's address is not taken: that would keep it in memory */
            int kept = call_begin(vm, base, target, arguments, nargs, names, &function);
            if (UNLIKELY(kept < 0)) goto error;
            callable = function;
            if (!has_self && !is_absent(base[1])) {
                arguments--;
                nargs++;
            }
            Value *row = frame->top;
            sp = base + kept;
            bool bound = stack_has_room(vm, row, as_function(callable)->code->parameter_count)
                             ? call_bind(vm, as_function(callable), arguments, nargs, call_names(names), row)
                             : call_refuse(vm, arguments, nargs + as_tuple(names)->length);
            value_drop(vm, names);
            if (UNLIKELY(!bound)) {
                value_drop(vm, callable);
                goto error;
            }
            arguments = row;
            nargs = as_function(callable)->code->parameter_count;
            flags = kept ? FRAME_INIT : 0;
            goto enter_function;
        }
        TRACED(const Value *first = nargs ? arguments : NULL;)
        TRACED(if (!trace_native_call(vm, frame, callable, first)) goto error;)
        result = object_call(vm, callable, arguments, (int)nargs, names);
        TRACED(result = trace_native_end(vm, frame, callable, first, result);)
        TRACED(if (monitored) result = monitor_call_end(vm, frame, callable, told, result);)
        goto call_done;
    }

    TARGET(CALL_EX) {
        SAVE_IP();
        base = sp - 3 - A24;
        if (A24 && !is_exactly(sp[-1], &dict_type)) {
            result = call_spread_keywords(vm, *base, sp[-1]);
            if (UNLIKELY(is_absent(result))) goto error;
            value_set(vm, &sp[-1], result);
        }
        if (!is_exactly(base[2], &tuple_type)) {
            result = call_spread_positional(vm, *base, base[2]);
            if (UNLIKELY(is_absent(result))) goto error;
            value_set(vm, &base[2], result);
        }
        const Tuple *tuple = as_tuple(base[2]);
        Value mapping = A24 ? base[3] : ABSENT;
        TRACED(frame->sp = sp;)
        TRACED(const Value *told = tuple->length ? tuple->items : NULL;)
        TRACED(bool monitored = monitor_wants(vm, frame->code, MONITOR_CALL);)
        TRACED(if (monitored && !monitor_call(vm, frame, *base, told)) goto error;)
        bool named = A24 && as_dict(mapping)->count > 0;
        Value target = named && !call_keywords_are_strings(mapping) ? ABSENT : call_target(vm, *base, named);
        TRACED(if (monitored && !is_function(*base)) target = ABSENT;)
        if (!is_absent(target) &&
            stack_has_room(vm, frame->top, call_spread_room(as_function(target), base[2], mapping))) {
            Value function; /* callable's address is not taken: that would keep it in memory */
            int kept = call_begin(vm, base, target, (Value *)tuple->items, tuple->length, ABSENT, &function);
            if (UNLIKELY(kept < 0)) goto error;
            callable = function;
            flags = kept ? FRAME_INIT : 0;
            sp = base + kept;
            arguments = frame->top; /* where a callee's frame may begin */
            if (A24) {
                arguments = call_bind_spread(vm, as_function(callable), base[1], base[2], mapping, arguments);
                nargs = as_function(callable)->code->parameter_count;
                if (LIKELY(arguments != NULL)) goto enter_function;
                value_drop(vm, callable);
                goto error;
            }
            nargs = 0;
            if (!is_absent(base[1])) arguments[nargs++] = base[1];
            for (int64_t i = 0; i < tuple->length; i++)
                arguments[nargs++] = value_ref(tuple->items[i]);
            value_drop(vm, base[2]);
            goto call_function;
        }
        TRACED(const Value *first = tuple->length ? tuple->items : NULL;)
        TRACED(if (!trace_native_call(vm, frame, *base, first)) goto error;)
        result = call_with(vm, *base, base[2], mapping);
        TRACED(result = trace_native_end(vm, frame, *base, first, result);)
        TRACED(if (monitored) result = monitor_call_end(vm, frame, *base, told, result);)
        goto call_done;
    }

    TARGET(RETURN) {
        result = *--sp;
        goto return_result;
    }

    TARGET(RETURN_LOCAL) {
        result = locals[A24];
        if (UNLIKELY(is_absent(result))) UNBOUND(A24);
        /* The frame dies: its reference moves. A frame object may still look at it. */
        if (is_absent(frame->object))
            locals[A24] = ABSENT;
        else
            value_ref(result);
        goto return_result;
    }

    TARGET(RETURN_CONST) {
        result = value_ref(CONST_AT(A24));
        goto return_result;
    }

    /* --- generators --- */

    TARGET(RETURN_GENERATOR) {
        flags = frame->flags;
        variable = frame->code->flags;
        frame->ip = ip;
        frame->sp = sp;
        result = generator_new(vm, frame);
        if (flags & FRAME_ENTRY) return result;
        LOAD_FRAME();
        if (flags & FRAME_INIT && !is_absent(result)) {
            value_drop(vm, result);
            const char *kind = generator_kind(variable);
            result = raise_type(vm, "__init__() should return None, not '%s'", kind);
        }
        if (flags & FRAME_OPERATOR) goto operator_returned;
        goto push_result;
    }

    TARGET(YIELD) {
        flags = frame->flags;
        result = *--sp;
        frame->ip = ip;
        frame->sp = sp;
#ifdef EVAL_TRACED
        if (!trace_return(vm, frame, result)) {
            value_drop(vm, result);
            goto error;
        }
        flags = frame->flags;
#endif
        if (UNLIKELY(A24 == YIELD_ASYNC)) frame_generator(frame)->async |= GENERATOR_YIELDED;
        Generator *generator = frame_generator(frame);
        generator_leave(vm, generator);
        if (flags & FRAME_VISITED) {
            if (!generator_visit(vm, generator, result)) return ABSENT;
            goto entered;
        }
        if (flags & FRAME_ENTRY) return result;
        LOAD_FRAME();
        word = ip[-1];
        if (word_opcode(word) == OP_FOR_ITER_LOCAL) {
            ip++;
            value_set(vm, &locals[A24], result);
            NEXT();
        }
        PUSH(result);
        NEXT();
    }

    TARGET(GET_YIELD_FROM_ITER) {
        if (is_generator(sp[-1])) NEXT();
        SAVE_IP();
        result = yield_from_iterator(vm, frame->code, sp[-1]);
        goto replace_top;
    }

    TARGET(SEND) {
        Value iterator = sp[-2];
        if (is_sendable(iterator)) goto enter_generator;
        SAVE_IP();
        Value sent;
        truth = iterator_send(vm, iterator, sp[-1], &sent);
        if (UNLIKELY(truth < 0)) goto error;
        result = sent;
        if (truth) goto replace_top;
        TRACED(frame->sp = sp;)
        TRACED(
            if (ends_by_stop(iterator, result) && !trace_stop(vm, frame, result, false)) goto result_error;)
        ip += A24_SIGNED;
        DROP_TOP(1);
        goto replace_top;
    }

    TARGET(CLEANUP_THROW) {
        SAVE_IP();
        result = step_cleanup_throw(vm, *--sp);
        if (UNLIKELY(is_absent(result))) goto reraising;
        goto replace_two;
    }

    TARGET(STOP_ITERATION_ERROR) {
        SAVE_IP();
        result = step_stop_iteration_error(vm, frame->code->flags, sp[-1]);
        goto replace_top;
    }

    TARGET(GET_AWAITABLE) {
        SAVE_IP();
        result = awaitable(vm, sp[-1], A24);
        goto replace_top;
    }

    TARGET(GET_AITER) {
        SAVE_IP();
        result = async_iterate(vm, sp[-1]);
        goto replace_top;
    }

    TARGET(GET_ANEXT) {
        SAVE_IP();
        result = async_next_awaitable(vm, sp[-1]);
        goto push_result;
    }

    TARGET(END_ASYNC_FOR) {
        SAVE_IP();
        if (!step_end_async_for(vm, *--sp)) goto reraising;
        DROP_TOP(1);
        NEXT();
    }

    /* --- match --- */

    TARGET(MATCH_SEQUENCE) {
        Value subject = sp[-1];
        PUSH(bool_from(is_family(subject, TYPE_SEQUENCE) != 0));
        NEXT();
    }

    TARGET(MATCH_MAPPING) {
        Value subject = sp[-1];
        PUSH(bool_from(is_family(subject, TYPE_MAPPING) != 0));
        NEXT();
    }

    TARGET(MATCH_LENGTH) {
        SAVE_IP();
        int64_t length = object_length(vm, sp[-1]);
        if (UNLIKELY(length < 0)) goto error;
        PUSH(int_small(length));
        NEXT();
    }

    TARGET(MATCH_KEYS) {
        SAVE_IP();
        result = match_keys(vm, sp[-2], sp[-1]);
        goto push_result;
    }

    TARGET(MATCH_REST) {
        SAVE_IP();
        result = match_rest(vm, sp[-2], sp[-1]);
        goto replace_two;
    }

    TARGET(MATCH_CLASS) {
        SAVE_IP();
        result = match_class(vm, sp[-3], sp[-2], sp[-1], A24);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP(3);
        PUSH(result);
        NEXT();
    }

    /* --- exceptions --- */

    TARGET(RAISE) {
        SAVE_IP();
        bool bare = step_raise(vm, A24 > 0 ? sp[-(int64_t)A24] : ABSENT, A24 > 1 ? sp[-1] : ABSENT);
        DROP_TOP((int)A24);
        if (bare) goto reraising;
        goto error;
    }

    TARGET(RERAISE) {
        error_restore(vm, *--sp);
        goto reraising;
    }

    TARGET(PUSH_EXC_INFO) {
        Value exception = sp[-1];
        sp[-1] = vm->handled->exception;
        vm->handled->exception = value_ref(exception);
        PUSH(exception);
        NEXT();
    }

    TARGET(POP_EXCEPT) {
        sp--;
        value_set(vm, &vm->handled->exception, *sp);
        NEXT();
    }

    TARGET(CHECK_EXC_MATCH) {
        SAVE_IP();
        truth = exception_matches(vm, sp[-2], sp[-1]);
        if (UNLIKELY(truth < 0)) goto error;
        DROP_TOP(1);
        NEXT_TRUTH();
    }

    TARGET(CHECK_GROUP_MATCH) {
        SAVE_IP();
        Value match, rest;
        if (!step_group_match(vm, sp[-2], sp[-1], &match, &rest)) goto error;
        value_set(vm, &sp[-2], rest);
        value_set(vm, &sp[-1], match);
        NEXT();
    }

    TARGET(MERGE_GROUPS) {
        SAVE_IP();
        result = group_merge(vm, sp[-2], sp[-1]);
        goto replace_two;
    }

    TARGET(WITH_ENTER) {
        SAVE_IP();
        base = sp + 1;
        if (!step_with_methods(vm, A24, sp - 1)) goto error;
        sp += 3; /* one more than stays: the handler, which always follows, needs as many */
        nargs = 0;
        TRACED(callable = *base; goto call_other;) /* no call that a profiler is told of */
        goto call;
    }

    TARGET(WITH_EXCEPT_START) {
        SAVE_IP();
        result = step_with_exit(vm, sp[-5], sp[-4], sp[-1]);
        goto push_result;
    }

    TARGET(LOAD_ASSERTION_ERROR) {
        PUSH(value_ref(from_object(&exc_AssertionError)));
        NEXT();
    }

    /* --- import and the rest --- */

    TARGET(IMPORT_NAME) {
        SAVE_IP();
        result = import_statement(vm, frame, NAME_AT(A24), sp[-1], sp[-2]);
        goto replace_two;
    }

    TARGET(IMPORT_FROM) {
        SAVE_IP();
        result = import_from(vm, sp[-1], NAME_AT(A24));
        goto push_result;
    }

    TARGET(IMPORT_STAR) {
        SAVE_IP();
        if (!import_star(vm, frame, sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(PRINT_EXPR) {
        SAVE_IP();
        if (!step_print(vm, sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }

    TARGET(TYPE_PARAM)
    TARGET(TYPE_ALIAS)
    TARGET(GENERIC_BASE)
    TARGET(SET_TYPE_PARAMS) {
        SAVE_IP();
        int count = opcode_pops(word_opcode(word), (int)A24, 0);
        result = step_typing(vm, frame, word_opcode(word), A24, sp - count);
        if (UNLIKELY(is_absent(result))) goto error;
        DROP_TOP(count);
        PUSH(result);
        NEXT();
    }

    /* --- tails: results --- */

push_result:
    if (UNLIKELY(is_absent(result))) goto error;
    PUSH(result);
    NEXT();

replace_top_or_drop: /* what failed does not wait for the handler */
    if (UNLIKELY(is_absent(result))) {
        DROP_TOP(1);
        goto error;
    }

replace_top : {
    if (UNLIKELY(is_absent(result))) goto error;
    Value old = sp[-1];
    sp[-1] = result;
    value_drop(vm, old);
    NEXT();
}

replace_two : {
    Value first = sp[-2], second = sp[-1];
    sp[-2] = result;
    sp--;
    value_drop(vm, first);
    value_drop(vm, second);
    if (LIKELY(!is_absent(result))) NEXT();
    sp--;
    goto error;
}

    /* --- tails: specialised instructions --- */

undo: /* a guard failed: the generic form runs from here on */
    specialise_undo(INSTRUCTION);
again:
    ip--;
    NEXT();

    /* --- tails: operators --- */

/* Operators whose operands were neither two immediate ints nor two immediate floats, or whose result was not. */
#define SLOW(NAME) \
    slow_##NAME : operation = BINARY_##NAME; \
    goto binary_slow;

/* An int and a float, or two floats of which one is too large or too small to be immediate. */
#define SLOW_OR_REAL(NAME, operator, divides) \
    slow_##NAME : { \
        double x, y; \
        if (!is_object(sp[-2]) && is_mixed(sp[-2], sp[-1]) && !(divides && number_get(sp[-1]) == 0)) \
            RESULT_FOR_TWO_REAL(number_get(sp[-2]) operator number_get(sp[-1])); \
        if (fast_double(sp[-2], &x) && fast_double(sp[-1], &y) && !(divides && y == 0)) { \
            value_drop(vm, sp[-1]); \
            value_drop(vm, sp[-2]); \
            RESULT_FOR_TWO_REAL(x operator y); \
        } \
        operation = BINARY_##NAME; \
        goto binary_slow; \
    }

    SLOW_OR_REAL(ADD, +, false)
    SLOW_OR_REAL(SUBTRACT, -, false)
    SLOW_OR_REAL(MULTIPLY, *, false)
    SLOW_OR_REAL(TRUE_DIVIDE, /, true)
    SLOW(FLOOR_DIVIDE)
    SLOW(MODULO)
    SLOW(POWER)
    SLOW(LSHIFT)
    SLOW(RSHIFT)
    SLOW(AND)
    SLOW(OR)
    SLOW(XOR)
    SLOW(MATMUL)

binary_slow:
    SAVE_IP();
    if (operation == BINARY_ADD && is_exactly(sp[-2], &str_type) && is_exactly(sp[-1], &str_type)) {
        if (!step_append(vm, frame, &sp[-2], sp[-1])) goto error;
        DROP_TOP(1);
        NEXT();
    }
    result = step_binary(vm, operation, inplace, sp[-2], sp[-1]);
    if (LIKELY(!value_same(result, NOT_IMPLEMENTED))) goto replace_two;
    callable = operator_binary(vm, operation, inplace, sp[-2], sp[-1]);
    if (!is_absent(callable)) goto enter_operator;
    result = (inplace ? object_inplace : object_binary)(vm, operation, sp[-2], sp[-1]);
    goto replace_two;

    /* An operator's method in Python. The operands stay on the stack until it has returned, since it may
     * decline. */
enter_operator:
    arguments = frame->top;
    nargs = 2;
    arguments[0] = value_ref(sp[-2]);
    arguments[1] = value_ref(sp[-1]);
    flags = FRAME_OPERATOR;
    value_ref(callable);
    goto enter_function;

enter_contains: /* (item, container): container.__contains__(item) */
    arguments = frame->top;
    nargs = 2;
    arguments[0] = value_ref(sp[-1]);
    arguments[1] = value_ref(sp[-2]);
    flags = FRAME_OPERATOR;
    value_ref(callable);
    goto enter_function;

enter_set_item: /* (value, container, key): container.__setitem__(key, value) */
    arguments = frame->top;
    nargs = 3;
    arguments[0] = value_ref(sp[-2]);
    arguments[1] = value_ref(sp[-1]);
    arguments[2] = value_ref(sp[-3]);
    flags = FRAME_OPERATOR;
    value_ref(callable);
    goto enter_function;

operator_returned: /* the instruction that the frame stopped at says what it was */
    if (UNLIKELY(is_absent(result))) goto error;
    word = ip[-1];
    switch (word_opcode(word)) {
    case OP_SET_ITEM:
    case OP_SET_ITEM_LOCAL_LOCAL:
        value_drop(vm, result);
        DROP_TOP(3);
        NEXT();
    case OP_GET_ITEM:
    case OP_GET_ITEM_LOCAL_LOCAL:
    case OP_GET_ITEM_INT: goto replace_two;
    case OP_CONTAINS:
        DROP_TOP(2);
        truth = object_truth(vm, result);
        value_drop(vm, result);
        if (UNLIKELY(truth < 0)) goto error;
        truth ^= A24;
        NEXT_TRUTH();
    case OP_CALL:
    case OP_CALL_CLASS: goto instance_made;
    case OP_COMPARE:
        if (UNLIKELY(value_same(result, NOT_IMPLEMENTED))) {
            value_drop(vm, result);
            result = operator_compare_declined(vm, (CompareOp)A24, sp[-2], sp[-1]);
        }
        goto replace_two;
    case OP_COMPARE_JUMP:
    case OP_COMPARE_INT_JUMP:
    case OP_COMPARE_CONST_JUMP:
    case OP_COMPARE_LOCAL_INT_JUMP:
    case OP_COMPARE_LOCAL_CONST_JUMP:
    case OP_COMPARE_LOCAL_LOCAL_JUMP:
        if (UNLIKELY(value_same(result, NOT_IMPLEMENTED))) {
            value_drop(vm, result);
            result = operator_compare_declined(vm, (CompareOp)compare_jump_op(*ip), sp[-2], sp[-1]);
        }
        goto compare_jump_result;
    default:
        if (UNLIKELY(value_same(result, NOT_IMPLEMENTED))) {
            value_drop(vm, result);
            result = operator_binary_declined(vm, word, sp[-2], sp[-1]);
        }
        goto replace_two;
    }

    /* --- tails: calls --- */

call: /* base: callable, self or ABSENT, nargs arguments up to sp */
    callable = *base;
    TRACED(if (!is_absent(vm_machine(vm)->profile_function)) goto call_profiled;)
    TRACED(call_unprofiled:)
    arguments = base + 2;
    if (!is_absent(base[1])) {
        arguments--;
        nargs++;
    }
    if (UNLIKELY(!is_object(callable))) goto call_other;
    type = as_object(callable)->type;
    if (LIKELY(type == &function_type)) {
        sp = base;
        flags = 0;
        goto call_function;
    }
    if (type == &native_function_type) {
        NativeFunction *native = (NativeFunction *)as_object(callable);
        int count = native_count(&native->signature, arguments, nargs);
        if (UNLIKELY(count < 0)) goto call_other;
        if (!is_absent(native->self)) {
            if (arguments == base + 1) goto call_other;
            base[1] = value_ref(native->self);
            arguments--;
            count++;
        }
        SAVE_IP();
        result = native->function(vm, arguments, count, ABSENT);
        goto call_done;
    }
    if (type == &method_descriptor_type) {
        MethodDescriptor *method = (MethodDescriptor *)as_object(callable);
        if (nargs == 0 || !value_is_instance(arguments[0], method->owner)) goto call_other;
        int count = native_count(&method->signature, arguments + 1, nargs - 1);
        if (UNLIKELY(count < 0)) goto call_other;
        SAVE_IP();
        result = method->function(vm, arguments, count + 1, ABSENT);
        goto call_done;
    }
    if (arguments == base + 1) goto call_other;
    if (type == &method_type) {
        nargs = sp - base - 2;
        method_to_pair(vm, base);
        goto call;
    }
    if (calls_as_class(type)) goto call_class;
    if (type->flags & TYPE_HEAP) {
        Value method = type_lookup(vm, type, NAME_OF(vm, call));
        if (!is_absent(method) && is_function(method)) {
            nargs = sp - base - 2;
            base[1] = callable;
            base[0] = value_ref(method);
            goto call;
        }
    }

call_other:
    SAVE_IP();
    arguments = base + 2;
    nargs = sp - arguments;
    if (!is_absent(base[1])) {
        arguments--;
        nargs++;
    }
    result = object_call(vm, callable, arguments, (int)nargs, ABSENT);

call_done: /* drop the callable and its arguments; the result takes their place */
    assert(is_absent(result) == error_raised(vm));
    for (const Value *end = sp, *v = sp = base; v < end; v++)
        value_xdrop(vm, *v);
#ifndef EVAL_TRACED
    if (UNLIKELY(vm->interrupted) && !is_absent(result) && trace_is_on(vm)) {
        PUSH(result);
        SAVE_IP();
        frame->sp = sp;
        return eval_traced(vm, false);
    }
#endif
    goto push_result;

call_class : { /* with nargs arguments at base + 2 */
    Type *class = (Type *)as_object(callable);
    if (class->new != object_type.new) {
        Value maker = class_maker(vm, class);
        if (!is_absent(maker)) {
            if (!stack_has_room(vm, frame->top, nargs + 1)) goto call_other;
            Value *row = frame->top; /* copies: they are asked for again when __new__ returns */
            row[0] = value_ref(callable);
            for (int64_t i = 0; i < nargs; i++)
                row[i + 1] = value_ref(arguments[i]);
            arguments = row;
            nargs++;
            callable = value_ref(maker);
            flags = FRAME_OPERATOR;
            goto call_function;
        }
        Value target = call_target(vm, callable, false), function;
        if (is_absent(target)) goto call_other;
        SAVE_IP();
        if (call_begin(vm, base, target, arguments, nargs, ABSENT, &function) < 0) goto error;
        callable = function;
        goto call_init;
    }
    Value init = class_init(vm, class);
    if (is_absent(init)) goto call_other;
    SAVE_IP();
    Object *instance = class_instance(vm, class, init);
    if (UNLIKELY(instance == NULL)) goto error;
    base[0] = from_object(instance);
    base[1] = value_ref(base[0]);
    value_ref(init);
    value_drop(vm, callable);
    callable = init;
call_init:
    arguments = base + 1;
    nargs++;
    sp = base + 1; /* the instance is the result, in place already */
    flags = FRAME_INIT;
    goto call_function;
}

instance_made : { /* by a class's __new__; the class and its arguments are still on the stack */
    nargs = A24;
    base = sp - nargs - 2;
    Type *made = type_of(result);
    if (!value_is_instance(result, as_type(*base)) || !type_inits(made, nargs)) goto call_done;
    callable = type_lookup_interned(vm, made, NAME_OF(vm, init));
    if (!is_absent(callable) && is_function(callable)) {
        value_ref(callable);
        value_drop(vm, *base);
        base[0] = result;
        base[1] = value_ref(result);
        goto call_init;
    }
    SAVE_IP();
    if (made->init != NULL && !made->init(vm, result, base + 2, (int)nargs, ABSENT)) {
        value_drop(vm, result);
        result = ABSENT;
    }
    goto call_done;
}

#ifdef EVAL_TRACED
call_profiled: /* of a native: told before and after */
    if (!is_exactly(callable, &native_function_type) && !is_exactly(callable, &method_descriptor_type))
        goto call_unprofiled;
    arguments = is_absent(base[1]) ? base + 2 : base + 1;
    const Value *first = sp > arguments ? arguments : NULL;
    SAVE_IP();
    if (!trace_native_call(vm, frame, callable, first)) goto error;
    result = object_call(vm, callable, arguments, (int)(sp - arguments), ABSENT);
    result = trace_native_end(vm, frame, callable, first, result);
    goto call_done;
#endif

#ifdef EVAL_TRACED
call_monitored : { /* a function gets a frame; for all others C is told of the end, too */
    callable = *base;
    arguments = is_absent(base[1]) ? base + 2 : base + 1;
    const Value *first = sp > arguments ? arguments : NULL;
    SAVE_IP();
    frame->sp = sp;
    if (!monitor_call(vm, frame, callable, first)) goto error;
    if (is_function(callable) || (is_method(callable) && is_function(as_method(callable)->function)))
        goto call_told;
    if (!trace_native_call(vm, frame, callable, first)) goto error;
    result = object_call(vm, callable, arguments, (int)(sp - arguments), ABSENT);
    result = trace_native_end(vm, frame, callable, first, result);
    result = monitor_call_end(vm, frame, callable, first, result);
    goto call_done;
}
#endif

call_function : { /* `callable`, owned, of nargs owned values at `arguments`; sp is where they are all gone */
    const Code *code = as_function(callable)->code;
    if (UNLIKELY(frame->flags & FRAME_GENERATOR)) {
        Value *moved = leave_generator(vm, frame, arguments, nargs);
        if (UNLIKELY(moved == NULL)) {
            call_refuse(vm, arguments, nargs);
            value_drop(vm, callable);
            goto error;
        }
        arguments = moved;
    }
    if (LIKELY(nargs == code->exact_count)) goto enter_function;
    if (code->simple && nargs < code->positional_count &&
        stack_has_room(vm, arguments, code->positional_count) &&
        call_fill_defaults(as_function(callable), arguments, nargs)) {
        nargs = code->positional_count;
        goto enter_function;
    }
    Value *row = arguments >= frame->top ? arguments + nargs : frame->top;
    SAVE_IP();
    bool bound = stack_has_room(vm, row, code->parameter_count)
                     ? call_bind(vm, as_function(callable), arguments, nargs, call_names(ABSENT), row)
                     : call_refuse(vm, arguments, nargs);
    if (UNLIKELY(!bound)) {
        value_drop(vm, callable);
        goto error;
    }
    arguments = row;
    nargs = code->parameter_count;
}

enter_function: /* all parameters are in place */
    frame->ip = ip;
    frame->sp = sp;
    if (UNLIKELY(!frame_push(vm, callable, arguments, (uint32_t)nargs, flags))) goto error;

entered:
    LOAD_FRAME();
    TRACED(if (!trace_call(vm, frame)) goto error; ip = frame->ip; sp = frame->sp;)
    if (UNLIKELY(vm->interrupted)) goto entered_interrupted;
    NEXT();

refused:
    frame = vm->frame;
    goto error;

enter_getter: /* (object): a property's function runs on it, its place takes the result */
    arguments = --sp;
    nargs = 1;
    flags = FRAME_GETTER;
    value_ref(callable);
    goto call_function;

enter_generator : { /* on top, or for SEND under the value to be sent */
    bool send = word_opcode(word) == OP_SEND;
    Generator *generator = as_generator(send ? sp[-2] : sp[-1]);
    if (generator->state == GENERATOR_FINISHED) {
        if (generator->head.type == &coroutine_type) {
            SAVE_IP();
            raise_error(vm, &exc_RuntimeError, "cannot reuse already awaited coroutine");
            goto error;
        }
        if (send) {
            result = NONE;
            ip += A24_SIGNED;
            DROP_TOP(1);
            goto replace_top;
        }
        DROP_TOP(1);
        ip += word_opcode(word) == OP_FOR_ITER ? A24_SIGNED : (int32_t)*ip + 1;
        NEXT();
    }
    SAVE_IP();
    if (UNLIKELY(!generator_check(vm, generator, send ? sp[-1] : NONE))) goto error;
    result = send ? *--sp : NONE;
    frame->sp = sp;
    generator_enter(vm, generator, result, 0);
    goto entered;
}

    /* --- tails: returns --- */

return_result : {
#ifdef EVAL_TRACED
    SAVE_IP();
    frame->sp = sp;
    if (!trace_return(vm, frame, result)) {
        value_drop(vm, result);
        goto error;
    }
#endif
    flags = frame->flags;
    if (UNLIKELY(flags)) goto return_flagged;
    drop_locals(vm, frame, locals, ip);
    /* The traceback of a failing finalizer looked outward. */
    if (UNLIKELY(!is_absent(frame->object))) frame_object_take(vm, frame);
    Value function = frame->function;
    frame = frame->previous;
    vm->frame = frame;
    vm->depth--;
    object_drop(vm, as_object(function));
    ip = frame->ip;
    sp = frame->sp;
    locals = frame->locals;
    PUSH(result);
    NEXT();
}

return_flagged : {
    if (flags & FRAME_GENERATOR) goto return_generator;
    if (flags & FRAME_OBSERVED) frame_object_take(vm, frame);
    drop_locals(vm, frame, locals, ip);
    if (UNLIKELY(!is_absent(frame->object))) frame_object_take(vm, frame);
    Frame *ended = frame;
    vm->frame = frame->previous;
    vm->depth--;
    value_xdrop(vm, ended->names);
    value_drop(vm, ended->function);
    if (flags & FRAME_ENTRY) return result;
    LOAD_FRAME();
    if (flags & FRAME_OPERATOR) goto operator_returned;
    if (flags & FRAME_INIT) {
        if (UNLIKELY(!is_none(result))) {
            raise_type(vm, "__init__() should return None, not '%T'", result);
            value_drop(vm, result);
            goto error;
        }
        value_drop(vm, result);
    } else {
        PUSH(result);
    }
    if (UNLIKELY(vm->interrupted)) goto interrupted;
    NEXT();
}

return_generator:
    frame->sp = sp;
    generator_finish(vm, frame_generator(frame));
    if (flags & FRAME_ENTRY) return result;
    LOAD_FRAME();
    word = ip[-1];
    if (word_opcode(word) == OP_SEND) {
        TRACED(if (!trace_stop(vm, frame, result, true)) goto result_error;)
        ip += A24_SIGNED;
        goto replace_top;
    }
    TRACED(if (!is_none(result) && !trace_stop(vm, frame, result, false)) goto result_error;)
    value_drop(vm, result);
    DROP_TOP(1);
    ip += word_opcode(word) == OP_FOR_ITER ? A24_SIGNED : (int32_t)*ip + 1;
    NEXT();

    /* --- tails: errors --- */

unbound:
    SAVE_IP();
    step_unbound(vm, frame->code, variable);
    goto error;

jumped_interrupted: /* it happens to the instruction jumped to, within what guards that */
    frame->ip = ip + 1;
    if (!vm->hooks.run_pending(vm)) {
        ip++;
        goto error;
    }
    goto handled;

interrupted:
    SAVE_IP();
    if (!vm->hooks.run_pending(vm)) goto error;
handled:
    TRACED(NEXT();)
#ifdef EVAL_TRACED
traced: /* in front of an instruction */
    SAVE_IP();
    frame->sp = sp;
    if (UNLIKELY(!trace_instruction(vm, frame))) {
        ip = frame->ip;
        sp = frame->sp;
        goto error;
    }
    ip = frame->ip; /* the trace function may have set f_lineno */
    sp = frame->sp;
    word = *ip++;
    goto *targets[word & 255];
#else
    if (!trace_is_on(vm)) NEXT();
    SAVE_IP(); /* a jump has put its target's end there */
    frame->sp = sp;
    return eval_traced(vm, false);
#endif

entered_interrupted:
    SAVE_IP();
    if (!vm->hooks.run_pending(vm)) goto error;
#ifndef EVAL_TRACED
    if (trace_is_on(vm)) return eval_traced(vm, true);
#endif
    NEXT();

#ifdef EVAL_TRACED
result_error: /* `result` was about to be used */
    value_drop(vm, result);
#endif

reraising: /* the exception goes on from where it was handled */
    TRACED(SAVE_IP(); frame->sp = sp; trace_reraise(vm, frame);)
    goto reraised;

error:
    SAVE_IP();
    traceback_add(vm, frame, frame_index(frame));
    TRACED(frame->sp = sp; trace_exception(vm, frame);)

reraised : {
    SAVE_IP();
    uint32_t index = frame_index(frame);
    const ExceptionEntry *entry = code_handler(frame->code, index);
    Value *bottom = frame_operands(frame) + (entry ? entry->depth : 0);
    while (sp > bottom) {
        Value dropped = *--sp;
        value_xdrop(vm, dropped);
    }
    if (entry != NULL) {
        if (entry->lasti) PUSH(int_small(index));
        ip = frame->code->instructions + entry->handler;
#ifdef EVAL_TRACED
        frame->sp = sp;
        if (!monitor_exception(vm, frame, MONITOR_EXCEPTION_HANDLED)) {
            ip++; /* an error of the handler's first instruction */
            goto reraised;
        }
#endif
        PUSH(error_take(vm));
        NEXT();
    }
    frame->sp = sp;
    TRACED(trace_return(vm, frame, ABSENT);)
    flags = frame->flags;
    if (flags & FRAME_GETTER) step_getter_failed(vm, frame);
    if (flags & FRAME_GENERATOR)
        generator_finish(vm, frame_generator(frame));
    else
        frame_pop(vm, frame);
    if (flags & FRAME_ENTRY) return ABSENT;
    LOAD_FRAME();
    goto error;
}
}

#ifndef EVAL_TRACED

/* --- entries from C --- */

/* Run a function without parameters in a namespace. */
static Value run_in(VM *vm, STEALS Value function, Value names) {
    Value *base = frame_base(vm);
    if (frame_push(vm, function, base, 0, FRAME_ENTRY) == NULL) return ABSENT;
    vm->frame->names = value_ref(names);
    return eval_run(vm);
}

Value eval_code(VM *vm, Value code, Value globals, Value names, Value closure) {
    if (is_absent(dict_get_string(vm, globals, NAME_OF(vm, builtins))) &&
        !dict_set(vm, globals, NAME_OF(vm, builtins), vm->builtins)) {
        return ABSENT;
    }
    Value function = function_new(vm, code, globals);
    if (is_absent(function)) return ABSENT;
    if (!is_absent(closure)) as_function(function)->closure = value_ref(closure);
    if (!(as_code(code)->flags & CODE_OPTIMIZED))
        return run_in(vm, function, is_absent(names) ? globals : names);
    value_set(vm, &as_function(function)->qualified_name, value_ref(as_code(code)->name));
    Value result = call_0(vm, function); /* its variables are its own, its parameters to be bound */
    value_drop(vm, function);
    return result;
}

Value eval_body(VM *vm, Value function, Value names) {
    if (!is_function(function)) return raise_type(vm, "__build_class__: func must be a function");
    return run_in(vm, value_ref(function), names);
}

#endif
