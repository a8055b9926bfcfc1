/* The compiler room: symbol table, emitted code and its depth, folding, verifier, errors, refused memory. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compile.h"
#include "compiler/disassemble.h"
#include "compiler/opcode.h"
#include "compiler/symtable.h"
#include "compiler/verifier.h"
#include "parser/parser.h"
#include "runtime/code/code.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/machine.h"

/* ---- Symbol table ------------------------------------------------------------------------------------------------ */

typedef struct {
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    NameTable names;
    SymbolTable table;
    bool built;
} Symbols;

static void symbols_open(Symbols *s, const char *text) {
    memset(s, 0, sizeof *s);
    arena_init(&s->arena, allocator_libc());
    diagnostics_init(&s->diagnostics, &s->arena);
    ck_assert(
        source_init(&s->source, allocator_libc(), "x.mpy", SOURCE_TEXT, text, strlen(text), &s->diagnostics));
    Node *root = parse_source(&s->source, PARSE_FILE, &s->diagnostics);
    ck_assert_msg(root != NULL, "%s", text);
    s->names.arena = &s->arena;
    s->table = (SymbolTable){.arena = &s->arena, .diagnostics = &s->diagnostics, .names = &s->names};
    s->built = symtable_build(&s->table, root);
}

static void symbols_close(Symbols *s) {
    source_fini(&s->source);
    arena_fini(&s->arena);
}

/* The scope at the end of a path of child numbers: "" is the module, "01" its first child's second child. */
static Scope *scope_at(Symbols *s, const char *path) {
    Scope *scope = s->table.module;
    for (; *path; path++) {
        scope = scope->first;
        for (char i = '0'; i < *path; i++)
            scope = scope->next;
    }
    return scope;
}

static Symbol *symbol_at(Symbols *s, const char *path, const char *name) {
    Symbol *symbol = scope_find(scope_at(s, path), name_of(&s->names, name, strlen(name), true));
    ck_assert_msg(symbol != NULL, "no %s in scope %s", name, path);
    return symbol;
}

static void check_resolution(const char *text, const char *path, const char *name, Resolution expected) {
    Symbols s;
    symbols_open(&s, text);
    ck_assert_msg(s.built, "%s: %s", text, s.diagnostics.error.message);
    ck_assert_msg(symbol_at(&s, path, name)->resolution == expected, "%s in: %s", name, text);
    symbols_close(&s);
}

START_TEST(names_resolve_by_scope) {
    check_resolution("x = 1", "", "x", RESOLVED_LOCAL);
    check_resolution("def f(a): b = a", "0", "a", RESOLVED_LOCAL);
    check_resolution("def f(): return x", "0", "x", RESOLVED_GLOBAL_IMPLICIT);
    check_resolution("def f():\n global x\n x = 1", "0", "x", RESOLVED_GLOBAL_EXPLICIT);
    check_resolution("def f(a):\n return lambda: a", "0", "a", RESOLVED_CELL);
    check_resolution("def f(a):\n return lambda: a", "00", "a", RESOLVED_FREE);
    check_resolution("def f():\n x = 1\n def g():\n  nonlocal x\n  x = 2", "0", "x", RESOLVED_CELL);
    check_resolution("def f():\n global x\n def g(): return x", "00", "x", RESOLVED_GLOBAL_IMPLICIT);
}
END_TEST

START_TEST(intermediate_functions_hand_cells_through) {
    check_resolution("def f(a):\n def g():\n  def h(): return a", "00", "a", RESOLVED_FREE);
    check_resolution("def f(a):\n class C:\n  def h(self): return a", "00", "a", RESOLVED_FREE);
}
END_TEST

START_TEST(class_names_are_invisible_to_methods) {
    const char *text = "class C:\n x = 1\n def f(self): return x";
    check_resolution(text, "0", "x", RESOLVED_LOCAL);
    check_resolution(text, "00", "x", RESOLVED_GLOBAL_IMPLICIT);
}
END_TEST

START_TEST(a_class_passes_an_outer_name_that_it_binds_too) {
    Symbols s;
    symbols_open(&s, "def f(x):\n class C:\n  x = 1\n  def g(self): return x");
    ck_assert(s.built);
    ck_assert_int_eq(symbol_at(&s, "00", "x")->resolution, RESOLVED_LOCAL);
    ck_assert(symbol_at(&s, "00", "x")->flags & SYMBOL_PASSED);
    ck_assert_int_eq(symbol_at(&s, "000", "x")->resolution, RESOLVED_FREE);
    symbols_close(&s);
}
END_TEST

START_TEST(super_asks_for_the_class_cell) {
    Symbols s;
    symbols_open(&s, "class C:\n def f(self): super().f()\nclass D:\n def f(self): pass");
    ck_assert(s.built && scope_at(&s, "0")->needs_class_cell && !scope_at(&s, "1")->needs_class_cell);
    symbols_close(&s);
}
END_TEST

START_TEST(comprehensions_in_class_bodies_have_no_class_cell) {
    Symbols s;
    symbols_open(&s, "class C:\n x = [__class__ for i in y]\n def f(self): return [__class__ for i in y]");
    ck_assert(s.built && scope_at(&s, "0")->needs_class_cell);
    ck_assert_int_eq(symbol_at(&s, "00", "__class__")->resolution, RESOLVED_GLOBAL_IMPLICIT);
    ck_assert_int_eq(symbol_at(&s, "010", "__class__")->resolution, RESOLVED_FREE);
    symbols_close(&s);
}
END_TEST

START_TEST(type_parameters_have_a_scope_that_sees_the_class) {
    Symbols s;
    symbols_open(&s, "class C:\n X = int\n def f[T: X](self) -> X: return T");
    ck_assert(s.built && scope_at(&s, "0")->needs_class_dict && !scope_at(&s, "0")->needs_class_cell);
    ck_assert_int_eq(scope_at(&s, "00")->kind, SCOPE_TYPE_PARAMETERS);
    ck_assert_int_eq(symbol_at(&s, "00", "X")->resolution, RESOLVED_GLOBAL_IMPLICIT);
    ck_assert_int_eq(symbol_at(&s, "00", "T")->resolution, RESOLVED_CELL);
    ck_assert_int_eq(symbol_at(&s, "001", "T")->resolution, RESOLVED_FREE);
    symbols_close(&s);
}
END_TEST

START_TEST(comprehensions_share_the_unit_around) {
    Symbols s;
    symbols_open(&s, "def f(q):\n return [q + x for x in q], (y for y in q)");
    ck_assert(s.built);
    ck_assert_ptr_eq(scope_at(&s, "00")->unit, scope_at(&s, "0"));
    ck_assert_int_eq(symbol_at(&s, "00", "x")->resolution, RESOLVED_LOCAL);
    ck_assert_int_eq(symbol_at(&s, "0", "q")->resolution, RESOLVED_LOCAL);
    ck_assert_ptr_eq(scope_at(&s, "01")->unit, scope_at(&s, "01"));
    symbols_close(&s);
}
END_TEST

START_TEST(a_walrus_binds_outside_its_comprehension) {
    check_resolution("def f():\n [y := x for x in z]\n return y", "0", "y", RESOLVED_LOCAL);
    check_resolution("def f():\n any(y := x for x in z)\n return y", "0", "y", RESOLVED_CELL);
    check_resolution("[y := x for x in z]", "0", "y", RESOLVED_GLOBAL_EXPLICIT);
}
END_TEST

START_TEST(private_names_are_mangled) {
    Symbols s;
    symbols_open(&s, "class _C:\n def f(self): __a = __b__ = 1");
    ck_assert(s.built);
    symbol_at(&s, "00", "_C__a");
    symbol_at(&s, "00", "__b__");
    symbols_close(&s);
}
END_TEST

static const char *const scope_errors[][2] = {
    {"x = 1\nglobal x", "name 'x' is assigned to before global declaration"},
    {"def f():\n print(x)\n global x", "name 'x' is used prior to global declaration"},
    {"def f(x):\n global x", "name 'x' is parameter and global"},
    {"def f(x):\n nonlocal x", "name 'x' is parameter and nonlocal"},
    {"def f():\n global x\n nonlocal x", "name 'x' is nonlocal and global"},
    {"def f():\n nonlocal x", "no binding for nonlocal 'x' found"},
    {"nonlocal x", "nonlocal declaration not allowed at module level"},
    {"def f(a, a): pass", "duplicate argument 'a' in function definition"},
    {"def f():\n x: int\n global x", "annotated name 'x' can't be global"},
    {"def f():\n from a import *", "import * only allowed at module level"},
    {"[x := 1 for x in y]", "assignment expression cannot rebind comprehension iteration variable 'x'"},
    {"[x for x in (y := 1)]", "assignment expression cannot be used in a comprehension iterable expression"},
    {"class C: [x := 1 for y in z]",
     "assignment expression within a comprehension cannot be used in a class body"},
    {"[(yield) for x in y]", "'yield' inside list comprehension"},
};

START_TEST(misuse_of_scopes_is_reported) {
    Symbols s;
    symbols_open(&s, scope_errors[_i][0]);
    ck_assert(!s.built && s.diagnostics.failed);
    ck_assert_str_eq(s.diagnostics.error.message, scope_errors[_i][1]);
    symbols_close(&s);
}
END_TEST

/* ---- Code -------------------------------------------------------------------------------------------------------- */

static VM *vm;
static Value file_name;

static void setup(void) {
    vm = vm_new(NULL);
    ck_assert_ptr_nonnull(vm);
    file_name = string_from_c(vm, "<test>");
}

static void teardown(void) {
    value_drop(vm, file_name);
    vm_free(vm);
}

static Value compile_text(const char *text, CompileMode mode) {
    return compile_source(vm, text, strlen(text), file_name, mode, 0);
}

static Value compile_good(const char *text) {
    Value code = compile_text(text, COMPILE_EXEC);
    ck_assert_msg(!is_absent(code), "%s", text);
    ck_assert_ptr_null(code_verify(as_code(code), allocator_libc()));
    return code;
}

/* How often an opcode stands in a code object. */
static int count_opcode(const Code *code, Opcode op) {
    int count = 0;
    for (uint32_t i = 0; i < code->instruction_count;
         i += 1 + (uint32_t)opcode_extra_words(word_opcode(code->instructions[i])))
        count += word_opcode(code->instructions[i]) == op;
    return count;
}

static const Code *inner_code(Value code) {
    const Tuple *constants = as_code(code)->constants;
    for (int64_t i = 0; i < constants->length; i++)
        if (is_code(constants->items[i])) return as_code(constants->items[i]);
    ck_abort_msg("no inner code");
}

/* Does the body of `def f(a, b)` use the opcode? */
static void check_body_uses(const char *body, Opcode op) {
    char text[400];
    snprintf(text, sizeof text, "def f(a, b):\n %s\n", body);
    Value code = compile_good(text);
    ck_assert_msg(count_opcode(inner_code(code), op) == 1, "%s in: %s", opcode_info[op].name, body);
    value_drop(vm, code);
}

START_TEST(common_steps_are_superinstructions) {
    check_body_uses("return a + b", OP_ADD_LOCAL_LOCAL);
    check_body_uses("return a - 1", OP_SUBTRACT_LOCAL_INT);
    check_body_uses("return a.x * b", OP_MULTIPLY_WITH_LOCAL);
    check_body_uses("a += 1", OP_INCREMENT_LOCAL);
    check_body_uses("a += b", OP_ADD_TO_LOCAL);
    check_body_uses("a = a * b", OP_MULTIPLY_LOCAL_LOCAL_STORE);
    check_body_uses("b = a.x - b", OP_SUBTRACT_WITH_LOCAL_STORE);
    check_body_uses("a[b] = 1", OP_SET_ITEM_LOCAL_LOCAL);
    check_body_uses("if a.b < 2.5: return 1", OP_COMPARE_CONST_JUMP);
    check_body_uses("if a < 2.5: return 1", OP_COMPARE_LOCAL_CONST_JUMP);
    check_body_uses("if a < 2: return 1", OP_COMPARE_LOCAL_INT_JUMP);
    check_body_uses("if a < b: return 1", OP_COMPARE_LOCAL_LOCAL_JUMP);
    check_body_uses("if a is None: return 1", OP_POP_JUMP_IF_NOT_NONE);
    check_body_uses("return a.x", OP_LOAD_LOCAL_ATTR);
    check_body_uses("a.x = b", OP_STORE_LOCAL_ATTR);
    check_body_uses("return a[b]", OP_GET_ITEM_LOCAL_LOCAL);
    check_body_uses("return a[0]", OP_GET_ITEM_INT);
    check_body_uses("for x in a: pass", OP_FOR_ITER_LOCAL);
    check_body_uses("return a", OP_RETURN_LOCAL);
    check_body_uses("return 1", OP_RETURN_CONST);
}
END_TEST

/* `c` may be unbound: its error must point to `c`, not to the sum. */
START_TEST(loads_that_may_fail_stay_apart) {
    check_body_uses("if a: c = 1\n return c + b", OP_ADD_WITH_LOCAL);
    check_body_uses("del a\n return b + a", OP_ADD);
}
END_TEST

START_TEST(swaps_need_no_tuple) {
    Value code = compile_good("def f(a, b):\n a, b = b, a\n return a\n");
    ck_assert_int_eq(count_opcode(inner_code(code), OP_BUILD_TUPLE), 0);
    ck_assert_int_eq(count_opcode(inner_code(code), OP_UNPACK), 0);
    value_drop(vm, code);
}
END_TEST

START_TEST(depth_is_the_greatest_reached) {
    static const struct {
        const char *text;
        uint32_t depth;
    } cases[] = {{"x", 1}, {"x = a + b", 2}, {"x = a + (b + (c + d))", 4}, {"f(a, b, c)", 5}, {"pass", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value code = compile_good(cases[i].text);
        ck_assert_msg(as_code(code)->stack_size == cases[i].depth, "%s", cases[i].text);
        value_drop(vm, code);
    }
}
END_TEST

START_TEST(unreachable_code_is_dropped) {
    Value code = compile_good("def f():\n return 1\n x = 2\n while 1: pass\n");
    ck_assert_uint_eq(inner_code(code)->instruction_count, 1);
    value_drop(vm, code);
    code = compile_good("if 0: f()\n");
    ck_assert_int_eq(count_opcode(as_code(code), OP_CALL), 0);
    value_drop(vm, code);
}
END_TEST

/* ---- Folding ----------------------------------------------------------------------------------------------------- */

/* `return EXPRESSION` is one RETURN_CONST of the constant that is shown as `repr`; NULL: it is not folded. */
static void check_folds(const char *expression, const char *repr) {
    char text[400];
    snprintf(text, sizeof text, "def f():\n return %s\n", expression);
    Value code = compile_good(text);
    const Code *inner = inner_code(code);
    bool folded = word_opcode(inner->instructions[0]) == OP_RETURN_CONST;
    ck_assert_msg(folded == (repr != NULL), "%s", expression);
    if (folded) {
        Value shown = object_repr(vm, inner->constants->items[word_a24(inner->instructions[0])]);
        ck_assert_msg(string_equal_c(shown, repr), "%s", expression);
        value_drop(vm, shown);
    }
    value_drop(vm, code);
}

START_TEST(constants_fold) {
    check_folds("1 + 2 * 3", "7");
    check_folds("-(2 ** 10)", "-1024");
    check_folds("'ab' * 2 + 'c'", "'ababc'");
    check_folds("(1, ('x', None), -2)", "(1, ('x', None), -2)");
    check_folds("not 0", "True");
    check_folds("~5", "-6");
    check_folds("7 // 2", "3");
    check_folds("1 / 4", "0.25");
    check_folds("'abc'[1]", "'b'");
    check_folds("1 << 70", "1180591620717411303424");
    check_folds("__debug__", "True");
}
END_TEST

START_TEST(large_and_failing_results_are_left_to_the_program) {
    check_folds("1 / 0", NULL);
    check_folds("'a' * 4097", NULL);
    check_folds("2 ** 129", NULL);
    check_folds("1 << 1000", NULL);
    check_folds("(1,) * 257", NULL);
    check_folds("'%s' % 1", NULL);
    check_folds("'abc'[9]", NULL);
}
END_TEST

START_TEST(equal_constants_of_different_types_are_kept_apart) {
    Value code = compile_good("x = [0.0, -0.0, 0.0, True, 1.0, (1.0,), (True,), 'a', b'a']\n"
                              "y = f(0.0, -0.0, 1.0, (1.0,), (True,), 'a', b'a', z)\n");
    const Tuple *constants = as_code(code)->constants;
    for (int64_t i = 0; i < constants->length; i++)
        for (int64_t k = 0; k < i; k++)
            ck_assert(!value_same(constants->items[i], constants->items[k]));
    ck_assert_int_eq(constants->length, 9); /* the list's row, seven arguments, None */
    value_drop(vm, code);
}
END_TEST

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *text, *message;
    int64_t line, offset, end_line, end_offset;
} code_errors[] = {
    {"return", "'return' outside function", 1, 1, 1, 7},
    {"if 1:\n continue", "'continue' not properly in loop", 2, 2, 2, 10},
    {"break", "'break' outside loop", 1, 1, 1, 6},
    {"yield 1", "'yield' outside function", 1, 1, 1, 8},
    {"x = *a", "can't use starred expression here", 1, 5, 1, 7},
    {"*a = 1", "starred assignment target must be in a list or tuple", 1, 1, 1, 3},
    {"*a, *b = c", "multiple starred expressions in assignment", 1, 1, 1, 7},
    {"f(k=1, k=2)", "keyword argument repeated: k", 1, 8, 1, 11},
    {"try: pass\nexcept: pass\nexcept A: pass", "default 'except:' must be last", 2, 1, 2, 13},
    {"x = 1\nfrom __future__ import annotations",
     "from __future__ imports must occur at the beginning of the file", 2, 1, 2, 35},
    {"from __future__ import foo", "future feature foo is not defined", 1, 1, 1, -1},
    {"\303\251 = 1; break", "'break' outside loop", 1, 8, 1, 13},
    {"__debug__ = 1", "cannot assign to __debug__", 1, 1, 1, 10},
};

START_TEST(errors_say_what_and_where) {
    ck_assert(is_absent(compile_text(code_errors[_i].text, COMPILE_EXEC)));
    ck_assert_msg(error_is(vm, &exc_SyntaxError), "%s", code_errors[_i].text);
    Value error = error_take(vm);
    const Value *fields = as_exception(error)->fields;
    ck_assert_msg(string_equal_c(fields[SYNTAX_MESSAGE], code_errors[_i].message), "%s",
                  code_errors[_i].text);
    ck_assert_int_eq(int_get(fields[SYNTAX_LINE]), code_errors[_i].line);
    ck_assert_int_eq(int_get(fields[SYNTAX_OFFSET]), code_errors[_i].offset);
    ck_assert_int_eq(int_get(fields[SYNTAX_END_LINE]), code_errors[_i].end_line);
    Value end_offset = fields[SYNTAX_END_OFFSET];
    ck_assert_int_eq(is_none(end_offset) ? -1 : int_get(end_offset), code_errors[_i].end_offset);
    value_drop(vm, error);
}
END_TEST

static void check_at_prompt(const char *text, const Type *raised) {
    Value code = compile_source(vm, text, strlen(text), file_name, COMPILE_SINGLE, COMPILE_ALLOW_INCOMPLETE);
    ck_assert_msg(is_absent(code) == (raised != NULL), "%s", text);
    if (raised) ck_assert_msg(error_raised(vm) && type_of(vm->raised) == raised, "%s", text);
    error_clear(vm);
    value_xdrop(vm, code);
}

START_TEST(a_prompt_can_tell_what_is_unfinished) {
    check_at_prompt("x = 1\n", NULL);
    check_at_prompt("\n", &exc__IncompleteInputError);
    check_at_prompt("if x:\n  y\n\n", NULL);
    check_at_prompt("x = (1,\n", &exc__IncompleteInputError);
    check_at_prompt("x = '''a\n", &exc__IncompleteInputError);
    check_at_prompt("def f():\n", &exc__IncompleteInputError);
    check_at_prompt("x = = 1\n", &exc_SyntaxError);
    check_at_prompt("return\n", &exc_SyntaxError);
}
END_TEST

static char *nested_loops(int count) {
    char *text = calloc(1, 4096), *end = text;
    for (int i = 0; i < count; i++)
        end += sprintf(end, "%*sfor a in b:\n", i, "");
    sprintf(end, "%*spass\n", count, "");
    return text;
}

START_TEST(blocks_nest_twenty_one_deep) {
    char *edge = nested_loops(21), *beyond = nested_loops(22);
    value_drop(vm, compile_good(edge));
    ck_assert(is_absent(compile_text(beyond, COMPILE_EXEC)) && error_is(vm, &exc_SyntaxError));
    error_clear(vm);
    free(edge);
    free(beyond);
}
END_TEST

START_TEST(long_chains_are_no_deep_trees) {
    enum { LENGTH = 20000 };
    char *text = malloc(LENGTH * 16 + 64), *end = text;
    end += sprintf(end, "if a: pass\n");
    for (int i = 0; i < LENGTH; i++)
        end += sprintf(end, "elif a: b\n");
    value_drop(vm, compile_good(text));
    free(text);
}
END_TEST

static const char refusal_text[] = "from __future__ import annotations\n"
                                   "class A(B, *c, k=1):\n"
                                   " 'doc\\n   more'\n"
                                   " def f(self, a: X[1:2], *b, c='d' * 9):\n"
                                   "  try: return [lambda: (x, self) for x in a if x in {1, 2, 3}]\n"
                                   "  except (E, F) as e: yield f'{e!r:>{a}}' + 10 ** 30\n"
                                   "  finally: super().f(**b)\n";

START_TEST(refused_memory_is_a_memory_error) {
    value_drop(vm, compile_good(refusal_text)); /* what is made once is made */
    size_t live = heap_live_blocks(vm_heap(vm));
    for (uint64_t n = 1; n < 1000; n++) {
        heap_watch(vm_heap(vm), n, false);
        Value code = compile_text(refusal_text, COMPILE_EXEC);
        heap_watch(vm_heap(vm), 0, false);
        ck_assert_msg(is_absent(code) == error_raised(vm), "at %d", (int)n);
        if (is_absent(code)) ck_assert_msg(error_is(vm, &exc_MemoryError), "at %d", (int)n);
        error_clear(vm);
        value_xdrop(vm, code);
        ck_assert_msg(heap_live_blocks(vm_heap(vm)) <= live + 1, "leak at %d", (int)n);
    }
}
END_TEST

/* ---- Verifier ---------------------------------------------------------------------------------------------------- */

static Tuple no_items;

static const char *verify_words(uint32_t *words, uint32_t count, uint32_t stack_size) {
    Code code = {.stack_size = stack_size,
                 .variable_count = 1,
                 .instruction_count = count,
                 .instructions = words,
                 .constants = &no_items,
                 .names = &no_items};
    return code_verify(&code, allocator_libc());
}

#define VERIFY(stack_size, ...) \
    verify_words((uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), stack_size)

START_TEST(verifier_accepts_sound_code) {
    ck_assert_ptr_null(VERIFY(1, instruction_a(OP_LOAD_INT, 1), instruction_a(OP_RETURN, 0)));
    ck_assert_ptr_null(VERIFY(1, instruction_a(OP_LOAD_LOCAL, 0), instruction_a(OP_POP_JUMP_IF_TRUE, -2),
                              instruction_a(OP_RETURN_LOCAL, 0)));
}
END_TEST

START_TEST(verifier_rejects_unsound_code) {
    uint32_t one = instruction_a(OP_LOAD_INT, 1), ret = instruction_a(OP_RETURN, 0);
    ck_assert_str_eq(VERIFY(1, ret), "stack underflow");
    ck_assert_str_eq(VERIFY(1, one, one, ret), "stack overflow");
    ck_assert_str_eq(VERIFY(2, one, one, ret), "return with values on the stack");
    ck_assert_str_eq(VERIFY(1, one), "jump to no instruction"); /* runs off the end */
    ck_assert_str_eq(VERIFY(1, instruction_a(OP_JUMP, 5)), "jump to no instruction");
    ck_assert_str_eq(VERIFY(1, instruction_a(OP_LOAD_CONST, 0), ret), "constant out of range");
    ck_assert_str_eq(VERIFY(1, instruction_a(OP_LOAD_LOCAL, 1), ret), "variable out of range");
    ck_assert_str_eq(VERIFY(1, instruction_a(OP_LOAD_GLOBAL, 0), 0, 0, 0, ret), "name out of range");
    ck_assert_str_eq(VERIFY(1, instruction_a(OP_LOAD_ATTR, 0)), "instruction cut off at the end");
    ck_assert_str_eq(VERIFY(2, one, instruction_a(OP_COPY, 2), ret), "stack underflow");
    ck_assert_str_eq(VERIFY(1, 255, ret), "unknown opcode");
    /* one way there with a value, one without */
    ck_assert_str_eq(VERIFY(2, instruction_a(OP_LOAD_INT, 0), instruction_a(OP_JUMP_IF_TRUE_OR_POP, 0), ret),
                     "different depths meet");
    /* into the words of a cache */
    ck_assert_str_eq(VERIFY(1, one, instruction_a(OP_POP_JUMP_IF_TRUE, 2), one,
                            instruction_a(OP_LOAD_LOCAL_ATTR, 0), 0, 0, 0, 0, 0, ret),
                     "name out of range");
}
END_TEST

/* ---- Disassembler ------------------------------------------------------------------------------------------------ */

START_TEST(disassembly_names_what_operands_stand_for) {
    Value code = compile_good("def f(a):\n while a < 10: a += 1\n return a\n");
    Buffer out;
    buffer_init(&out, allocator_libc());
    ck_assert(disassemble(vm, code, NULL, &out));
    buffer_append_char(&out, '\0');
    ck_assert_ptr_nonnull(strstr(out.data, "INCREMENT_LOCAL          0 (a) 1"));
    ck_assert_ptr_nonnull(strstr(out.data, "COMPARE_LOCAL_INT_JUMP   0 (a) 10 < to"));
    ck_assert_ptr_nonnull(strstr(out.data, "Disassembly of f (line 1, 1 variables"));
    buffer_fini(&out);
    value_drop(vm, code);
}
END_TEST

static TCase *symbol_tests(void) {
    TCase *tests = tcase_create("symbols");
    tcase_add_test(tests, names_resolve_by_scope);
    tcase_add_test(tests, intermediate_functions_hand_cells_through);
    tcase_add_test(tests, class_names_are_invisible_to_methods);
    tcase_add_test(tests, a_class_passes_an_outer_name_that_it_binds_too);
    tcase_add_test(tests, super_asks_for_the_class_cell);
    tcase_add_test(tests, comprehensions_in_class_bodies_have_no_class_cell);
    tcase_add_test(tests, type_parameters_have_a_scope_that_sees_the_class);
    tcase_add_test(tests, comprehensions_share_the_unit_around);
    tcase_add_test(tests, a_walrus_binds_outside_its_comprehension);
    tcase_add_test(tests, private_names_are_mangled);
    tcase_add_loop_test(tests, misuse_of_scopes_is_reported, 0, sizeof scope_errors / sizeof *scope_errors);
    return tests;
}

static TCase *code_tests(void) {
    TCase *tests = tcase_create("code");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, common_steps_are_superinstructions);
    tcase_add_test(tests, loads_that_may_fail_stay_apart);
    tcase_add_test(tests, swaps_need_no_tuple);
    tcase_add_test(tests, depth_is_the_greatest_reached);
    tcase_add_test(tests, unreachable_code_is_dropped);
    tcase_add_test(tests, constants_fold);
    tcase_add_test(tests, large_and_failing_results_are_left_to_the_program);
    tcase_add_test(tests, equal_constants_of_different_types_are_kept_apart);
    tcase_add_loop_test(tests, errors_say_what_and_where, 0, sizeof code_errors / sizeof *code_errors);
    tcase_add_test(tests, a_prompt_can_tell_what_is_unfinished);
    tcase_add_test(tests, blocks_nest_twenty_one_deep);
    tcase_add_test(tests, long_chains_are_no_deep_trees);
    tcase_add_test(tests, refused_memory_is_a_memory_error);
    tcase_add_test(tests, disassembly_names_what_operands_stand_for);
    tcase_set_timeout(tests, 60);
    return tests;
}

static TCase *verifier_tests(void) {
    TCase *tests = tcase_create("verifier");
    tcase_add_test(tests, verifier_accepts_sound_code);
    tcase_add_test(tests, verifier_rejects_unsound_code);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("compiler");
    suite_add_tcase(suite, symbol_tests());
    suite_add_tcase(suite, code_tests());
    suite_add_tcase(suite, verifier_tests());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
