/* Completion of names and attributes. */
#include "cli/complete.h"

#include "lexer/lexer.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/machine.h"

/* The candidates for `prefix`, each to be shown behind `front`. */
typedef struct {
    Value list;
    const char *front;
    size_t front_length;
    const char *prefix;
    size_t prefix_length;
} Candidates;

static bool offer(VM *vm, const Candidates *c, const char *name, size_t length) {
    if (length < c->prefix_length || memcmp(name, c->prefix, c->prefix_length) != 0) return true;
    if (c->prefix_length == 0 && name[0] == '_') return true;
    Value front = string_from_utf8(vm, c->front, c->front_length);
    Value rest = is_absent(front) ? ABSENT : string_from_utf8(vm, name, length);
    Value word = is_absent(rest) ? ABSENT : string_concat(vm, front, rest);
    value_xdrop(vm, front);
    value_xdrop(vm, rest);
    return !is_absent(word) && list_append_owned(vm, c->list, word);
}

static bool offer_string(VM *vm, Value name, void *context) {
    size_t length;
    Value keeper = ABSENT;
    if (!is_string(name)) return true;
    const char *text = string_utf8(vm, name, &length, &keeper);
    bool ok = text && offer(vm, context, text, length);
    value_xdrop(vm, keeper);
    return ok;
}

static bool offer_keywords(VM *vm, Candidates *c) {
    for (int kind = 0; kind < TK_COUNT; kind++) {
        const char *text = token_kind_text((TokenKind)kind);
        if (strncmp(token_kind_name((TokenKind)kind), "KW_", 3) != 0) continue;
        if (!offer(vm, c, text, strlen(text))) return false;
    }
    return true;
}

/* What a dotted chain of names means in __main__. NEW, RAISES. */
static Value look_up(VM *vm, Value globals, const char *text, size_t length) {
    Value v = ABSENT;
    for (const char *next = text, *end = text + length; next <= end;) {
        const char *dot = memchr(next, '.', (size_t)(end - next));
        const char *stop = dot ? dot : end;
        Value name = string_intern_utf8(vm, next, (size_t)(stop - next));
        if (is_absent(name)) return value_clear(vm, &v), ABSENT;
        if (next != text) {
            value_set(vm, &v, object_get_attribute(vm, v, name));
        } else {
            v = value_xref(dict_get_string(vm, globals, name));
            if (is_absent(v)) v = value_xref(dict_get_string(vm, vm->builtins, name));
        }
        value_drop(vm, name);
        if (is_absent(v)) return ABSENT;
        next = stop + 1;
    }
    return v;
}

static bool offer_attributes(VM *vm, Candidates *c, Value globals) {
    Value v = look_up(vm, globals, c->front, c->front_length - 1);
    if (is_absent(v)) return !error_raised(vm);
    Value dir = dict_get_c(vm, vm->builtins, "dir");
    Value names = is_absent(dir) ? ABSENT : call_1(vm, dir, v);
    value_drop(vm, v);
    bool ok = !is_absent(names) && object_each(vm, names, offer_string, c);
    value_xdrop(vm, names);
    return ok;
}

/* As typed: is it letters, digits, underscores and dots alone? */
static bool is_chain(const char *word) {
    for (; *word; word++) {
        unsigned char b = (unsigned char)*word;
        bool letter = (b | 32) >= 'a' && (b | 32) <= 'z', digit = b >= '0' && b <= '9';
        if (!(letter || digit || b == '.' || b == '_' || b >= 0x80)) return false;
    }
    return true;
}

Value complete_word(VM *vm, const char *word) {
    Value module = machine_main_module(vm);
    Candidates c = {.list = is_absent(module) ? ABSENT : list_new(vm, 0), .front = word, .prefix = word};
    if (is_absent(c.list) || !is_chain(word)) return c.list;
    const char *dot = strrchr(word, '.');
    if (dot) {
        c.prefix = dot + 1;
        c.front_length = (size_t)(c.prefix - word);
    }
    c.prefix_length = strlen(c.prefix);
    Value globals = as_module(module)->dict;
    bool ok = dot ? offer_attributes(vm, &c, globals)
                  : offer_keywords(vm, &c) && object_each(vm, globals, offer_string, &c) &&
                        object_each(vm, vm->builtins, offer_string, &c);
    if (ok && list_sort(vm, c.list, ABSENT, false)) return c.list;
    value_drop(vm, c.list);
    return ABSENT;
}
