#ifndef MPY_VM_EVALWORDS_H
#define MPY_VM_EVALWORDS_H

/*
 * The words the eval loop is written in (vm/eval.c, where its variables are explained): macros, since they work on
 * those variables, jump to its labels, and each place where one stands is to have a jump of its own.
 *
 * In order: operands and dispatch; the stack and the frame; binary operators; results, among them those not yet on the
 * stack; guards of cached attributes. With EVAL_TRACED the loop asks before each instruction whether a trace function
 * wants to know of it (vm/evaltraced.c).
 */

/* --- operands and dispatch --- */

/* The operands of the instruction `word`: one of 24 bits, or one of 8 and one of 16. */
#define A24 (word >> 8)
#define A24_SIGNED ((int32_t)word >> 8)
#define A8 (word >> 8 & 255)
#define B16 (word >> 16)
#define B16_SIGNED ((int32_t)word >> 16)

#define TARGET(name) op_##name:
#ifdef EVAL_TRACED
#define NEXT() goto traced
#define TRACED(...) __VA_ARGS__
#else
#define TRACED(...)
/* `real` holds something only from the instruction that leaves it to the next one. Told so, the compiler need not keep
 * it through calls, and so not in memory. */
#define FORGET_REAL() __asm__("" : "=X"(real))
#define NEXT() \
    do { \
        FORGET_REAL(); \
        word = *ip++; \
        goto *targets[word & 255]; \
    } while (0)
#endif

/* --- the stack and the frame --- */

#define PUSH(v) (*sp++ = (v))
/* The frame knows where it is: before anything that may raise, or run code of the program. */
#define SAVE_IP() (frame->ip = ip)
/* Drop what a store replaces, whose finalizer may ask for the running line. */
#define DROP_REPLACED(v) \
    do { \
        if (is_object(v) && !is_absent(v) && --as_object(v)->refs == 0) { \
            SAVE_IP(); \
            object_die(vm, as_object(v)); \
        } \
    } while (0)
/* The instruction and its cache, to be written. */
#define INSTRUCTION ((uint32_t *)(uintptr_t)(ip - 1))
#define CACHE ((uint32_t *)(uintptr_t)ip)
#define CONST_AT(index) (frame->code->constants->items[index])
#define NAME_AT(index) (frame->code->names->items[index])

#define CHECK_SIGNALS() \
    do { \
        if (UNLIKELY(vm->interrupted)) goto jumped_interrupted; \
    } while (0)

#define LOAD_FRAME() \
    do { \
        frame = vm->frame; \
        ip = frame->ip; \
        sp = frame->sp; \
        locals = frame->locals; \
    } while (0)

/* Operands die from the lowest to the topmost, as CPython's. */
#define DROP_TOP(count) \
    do { \
        const Value *operands_ = sp -= (count); \
        for (int drop_ = 0; drop_ < (count); drop_++) \
            value_drop(vm, operands_[drop_]); \
    } while (0)

/* The variable has no value. The word is read anew: or its operand is kept at hand, for this, by every instruction. */
#define UNBOUND(i) \
    do { \
        word = ip[-1]; \
        variable = (i); \
        goto unbound; \
    } while (0)

/* Push local `i` with a reference of its own. */
#define PUSH_LOCAL(i) \
    do { \
        Value loaded_ = locals[i]; \
        if (is_object(loaded_)) { \
            if (UNLIKELY(is_absent(loaded_))) UNBOUND(i); \
            object_ref(as_object(loaded_)); \
        } \
        PUSH(loaded_); \
    } while (0)

/* --- binary operators --- */

/* A binary operator. Two ints and two floats are served at once, each with a way on of its own (`done`), which the
 * branch predictor likes; for anything else `spill` puts the operands on the stack as far as they are elsewhere. */
#define BINARY(opcode, OPERATOR, operator, left, right, done, spill, is_inplace) \
    TARGET(opcode) { \
        Value a_ = (left), b_ = (right), value_; \
        double real_; \
        if (LIKELY(is_int(a_) && is_int(b_))) { \
            if (LIKELY(ints_##operator(a_, b_, &value_))) done(value_); \
        } else if (LIKELY(floats_##operator(a_, b_, &real_))) { \
            done##_REAL(real_); \
        } \
        word = ip[-1]; /* read anew, so that nothing is computed for this way in front of the others */ \
        spill; \
        inplace = (is_inplace); \
        goto slow_##OPERATOR; \
    }

/* With a small int as the right operand. */
#define BINARY_SMALL(opcode, OPERATOR, operator, left, done, spill, is_inplace) \
    TARGET(opcode) { \
        Value a_ = (left), value_; \
        if (LIKELY(is_int(a_) && ints_##operator(a_, int_small(B16_SIGNED), &value_))) done(value_); \
        word = ip[-1]; \
        spill; \
        PUSH(int_small(B16_SIGNED)); \
        inplace = (is_inplace); \
        goto slow_##OPERATOR; \
    }

/* --- what becomes of an immediate result --- */

#define RESULT_PUSHED(v) \
    do { \
        PUSH(v); \
        NEXT(); \
    } while (0)
#define RESULT_FOR_TOP(v) \
    do { \
        sp[-1] = (v); \
        NEXT(); \
    } while (0)
#define RESULT_FOR_TWO(v) \
    do { \
        sp[-2] = (v); \
        sp--; \
        NEXT(); \
    } while (0)
/* It goes where the STORE_LOCAL that follows says; any other result takes the way over the stack and that
 * instruction. */
#define RESULT_STORED(v) \
    do { \
        Value *place_ = &locals[*ip++ >> 8], old_ = *place_; \
        *place_ = (v); \
        value_xdrop(vm, old_); \
        NEXT(); \
    } while (0)
#define RESULT_FOR_TOP_STORED(v) \
    do { \
        sp--; \
        RESULT_STORED(v); \
    } while (0)
#define RESULT_FOR_TWO_STORED(v) \
    do { \
        sp -= 2; \
        RESULT_STORED(v); \
    } while (0)

/*
 * A double that would be pushed is left in `real` instead, not packed into a Value, with sp below where it would be;
 * the next instruction is dispatched through real_targets. Those that compute or compare with the top of the stack
 * take it from there (the labels real_...); for all others it goes onto the stack first (real_pushed). So a chain of
 * float operations packs only its last result, and is checked only once for the doubles that need an object.
 */
#ifdef EVAL_TRACED
#define NEXT_REAL() goto real_pushed
#else
#define NEXT_REAL() \
    do { \
        word = *ip++; \
        goto *real_targets[word & 255]; \
    } while (0)
#endif
#define RESULT_PUSHED_REAL(x) \
    do { \
        real = (x); \
        NEXT_REAL(); \
    } while (0)
#define RESULT_FOR_TOP_REAL(x) \
    do { \
        real = (x); \
        sp--; \
        NEXT_REAL(); \
    } while (0)
#define RESULT_FOR_TWO_REAL(x) \
    do { \
        real = (x); \
        sp -= 2; \
        NEXT_REAL(); \
    } while (0)
#define RESULT_STORED_REAL(x) \
    do { \
        Value packed_; \
        if (LIKELY(float_immediate(x, &packed_))) RESULT_STORED(packed_); \
    } while (0)
#define RESULT_FOR_TOP_STORED_REAL(x) \
    do { \
        Value packed_; \
        if (LIKELY(float_immediate(x, &packed_))) RESULT_FOR_TOP_STORED(packed_); \
    } while (0)
#define RESULT_FOR_TWO_STORED_REAL(x) \
    do { \
        Value packed_; \
        if (LIKELY(float_immediate(x, &packed_))) RESULT_FOR_TWO_STORED(packed_); \
    } while (0)

/* The instructions that have a label for `real`. REAL(instruction, the result, what becomes of it): `other` is what the
 * operand is called there, in both. */
#define REAL_INSTRUCTIONS(REAL) \
    REAL(ADD, sp[-1], other + real, RESULT_FOR_TOP_REAL) \
    REAL(SUBTRACT, sp[-1], other - real, RESULT_FOR_TOP_REAL) \
    REAL(MULTIPLY, sp[-1], other *real, RESULT_FOR_TOP_REAL) \
    REAL(TRUE_DIVIDE, real != 0 ? sp[-1] : ABSENT, other / real, RESULT_FOR_TOP_REAL) \
    REAL(ADD_STORE, sp[-1], other + real, RESULT_FOR_TOP_STORED_REAL) \
    REAL(MULTIPLY_STORE, sp[-1], other *real, RESULT_FOR_TOP_STORED_REAL) \
    REAL(ADD_WITH_LOCAL, locals[B16], real + other, RESULT_PUSHED_REAL) \
    REAL(SUBTRACT_WITH_LOCAL, locals[B16], real - other, RESULT_PUSHED_REAL) \
    REAL(MULTIPLY_WITH_LOCAL, locals[B16], real *other, RESULT_PUSHED_REAL) \
    REAL(TRUE_DIVIDE_WITH_LOCAL, divisor(locals[B16]), real / other, RESULT_PUSHED_REAL) \
    REAL(ADD_WITH_LOCAL_STORE, locals[B16], real + other, RESULT_STORED_REAL) \
    REAL(SUBTRACT_WITH_LOCAL_STORE, locals[B16], real - other, RESULT_STORED_REAL) \
    REAL(MULTIPLY_WITH_LOCAL_STORE, locals[B16], real *other, RESULT_STORED_REAL) \
    REAL(ADD_WITH_CONST, CONST_AT(B16), real + other, RESULT_PUSHED_REAL) \
    REAL(SUBTRACT_WITH_CONST, CONST_AT(B16), real - other, RESULT_PUSHED_REAL) \
    REAL(MULTIPLY_WITH_CONST, CONST_AT(B16), real *other, RESULT_PUSHED_REAL) \
    REAL(ADD_INT, int_small(B16_SIGNED), real + other, RESULT_PUSHED_REAL) \
    REAL(SUBTRACT_INT, int_small(B16_SIGNED), real - other, RESULT_PUSHED_REAL) \
    REAL(MULTIPLY_INT, int_small(B16_SIGNED), real *other, RESULT_PUSHED_REAL)

/*
 * In the same way a truth value that would be pushed is left in `truth`, for the jump that mostly follows: dispatched
 * through truth_targets, it goes onto the stack as a bool only for other instructions.
 */
#ifdef EVAL_TRACED
#define NEXT_TRUTH() goto truth_pushed
#else
#define NEXT_TRUTH() \
    do { \
        FORGET_REAL(); \
        word = *ip++; \
        goto *truth_targets[word & 255]; \
    } while (0)
#endif

/* --- the forms of binary operators: where their operands are, and where the result goes --- */

#define SPILL_NOTHING ((void)0)
#define SPILL_LOCALS \
    PUSH_LOCAL(A8); \
    PUSH_LOCAL(B16)
#define SPILL_CONST_LOCAL \
    PUSH(value_ref(CONST_AT(A8))); \
    PUSH_LOCAL(B16)

#define BINARY_STACK(NAME, name) BINARY(NAME, NAME, name, sp[-2], sp[-1], RESULT_FOR_TWO, SPILL_NOTHING, A24)
#define BINARY_STACK_STORE(NAME, name) \
    BINARY(NAME##_STORE, NAME, name, sp[-2], sp[-1], RESULT_FOR_TWO_STORED, SPILL_NOTHING, A24)
#define BINARY_LOCAL_LOCAL(NAME, name) \
    BINARY(NAME##_LOCAL_LOCAL, NAME, name, locals[A8], locals[B16], RESULT_PUSHED, SPILL_LOCALS, 0)
#define BINARY_LOCAL_LOCAL_STORE(NAME, name) \
    BINARY(NAME##_LOCAL_LOCAL_STORE, NAME, name, locals[A8], locals[B16], RESULT_STORED, SPILL_LOCALS, 0)
#define BINARY_CHANGE_LOCAL(opcode, NAME, name) \
    BINARY(opcode, NAME, name, locals[A8], locals[B16], RESULT_STORED, SPILL_LOCALS, 1)
#define BINARY_WITH_LOCAL(NAME, name) \
    BINARY(NAME##_WITH_LOCAL, NAME, name, sp[-1], locals[B16], RESULT_FOR_TOP, PUSH_LOCAL(B16), A8)
#define BINARY_WITH_LOCAL_STORE(NAME, name) \
    BINARY(NAME##_WITH_LOCAL_STORE, NAME, name, sp[-1], locals[B16], RESULT_FOR_TOP_STORED, PUSH_LOCAL(B16), \
           A8)
#define BINARY_WITH_CONST(NAME, name) \
    BINARY(NAME##_WITH_CONST, NAME, name, sp[-1], CONST_AT(B16), RESULT_FOR_TOP, \
           PUSH(value_ref(CONST_AT(B16))), A8)
#define BINARY_CONST_LOCAL(NAME, name) \
    BINARY(NAME##_CONST_LOCAL, NAME, name, CONST_AT(A8), locals[B16], RESULT_PUSHED, SPILL_CONST_LOCAL, 0)
#define BINARY_LOCAL_INT(NAME, name) \
    BINARY_SMALL(NAME##_LOCAL_INT, NAME, name, locals[A8], RESULT_PUSHED, PUSH_LOCAL(A8), 0)
#define BINARY_INT(NAME, name) BINARY_SMALL(NAME##_INT, NAME, name, sp[-1], RESULT_FOR_TOP, SPILL_NOTHING, A8)

#define UNARY(NAME, op) \
    TARGET(NAME) { \
        SAVE_IP(); \
        result = object_unary(vm, op, sp[-1]); \
        goto replace_top; \
    }

/* --- guards of cached attributes --- */

/* The class's version, and the shape; an instruction whose guard fails is made general again (`undo`). */
#define GUARD_VERSION(object) \
    if (UNLIKELY(!is_object(object) || is_absent(object) || as_object(object)->type->version != ip[1])) \
    goto undo
#define GUARD_SHAPE(object) \
    GUARD_VERSION(object); \
    area = cache_area(ip, as_object(object)); \
    if (UNLIKELY(area->shape_id != ip[2])) goto undo
/* Of a class itself: the version of its metaclass, and its own. */
#define GUARD_CLASS(object) \
    if (UNLIKELY(!is_object(object) || is_absent(object) || as_object(object)->type->version != ip[2] || \
                 as_type(object)->version != ip[1])) \
    goto undo
/* Of a module: where its dict has which keys. */
#define GUARD_MODULE(object) \
    if (UNLIKELY(is_absent(object) || !is_exactly(object, &module_type))) goto undo; \
    const Dict *dict = as_dict(as_module(object)->dict); \
    if (UNLIKELY(dict->keys_version != ip[1])) goto undo
/* And the slot, which must be in the object itself: there it is at its distance from the object's beginning. */
#define GUARD_SLOT(object) \
    GUARD_SHAPE(object); \
    if (UNLIKELY(ip[3] >= area->inline_slots)) goto undo; \
    slot = (Value *)((char *)as_object(object) + ip[4])

#endif
