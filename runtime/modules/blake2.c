/*
 * The module _blake2: BLAKE2b and BLAKE2s by libb2, with keys, salts, personalisation and the parameters of tree
 * hashing.
 *
 * Both are RFC 7693's functions, which differ in the size of their words; a row of a table says in what. A hash object
 * holds the state in itself; a digest is taken of a copy, so that the object goes on.
 */
#include <blake2.h>
#include <endian.h>
#include <string.h>

#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/hashlib.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef union {
    blake2b_state b;
    blake2s_state s;
} State;

/* What the parameter block of RFC 7693, section 2.5 and of the BLAKE2 paper, section 2.10, says. */
typedef struct {
    int digest_size, fanout, depth, node_depth, inner_size;
    uint64_t leaf_size, node_offset;
    bool last_node;
    const uint8_t *salt, *person;
    size_t salt_size, person_size, key_size;
} Parameters;

typedef struct {
    const char *name;
    Type *type;
    int digest_max, salt_max,
        block_size; /* bytes; a personalisation is as long as a salt, a key as a digest */
    int offset_bits;
    void (*init)(State *state, const Parameters *p);
    void (*update)(State *state, const void *data, size_t size);
    void (*digest)(State *state, uint8_t *to, size_t size);
} Variant;

typedef struct {
    Object head;
    const Variant *variant;
    int digest_size;
    State state;
} Blake;

static Blake *as_blake(Value v) { return (Blake *)as_object(v); }

/* --- the variants --- */

#define VARIANT(letter) \
    static void init_##letter(State *state, const Parameters *p) { \
        blake2##letter##_param block = {.digest_length = (uint8_t)p->digest_size, \
                                        .key_length = (uint8_t)p->key_size, \
                                        .fanout = (uint8_t)p->fanout, \
                                        .depth = (uint8_t)p->depth, \
                                        .leaf_length = (uint32_t)p->leaf_size, \
                                        .node_depth = (uint8_t)p->node_depth, \
                                        .inner_length = (uint8_t)p->inner_size}; \
        memcpy(&block.node_offset, &p->node_offset, sizeof block.node_offset); /* little-endian */ \
        memcpy(block.salt, p->salt, p->salt_size); \
        memcpy(block.personal, p->person, p->person_size); \
        blake2##letter##_init_param(&state->letter, &block); \
        state->letter.last_node = p->last_node; \
    } \
    static void update_##letter(State *state, const void *data, size_t size) { \
        blake2##letter##_update(&state->letter, data, size); \
    } \
    static void digest_##letter(State *state, uint8_t *to, size_t size) { \
        blake2##letter##_final(&state->letter, to, size); \
    }

VARIANT(b)
VARIANT(s)

static const Variant variants[] = {
    {"blake2b", &blake2b_type, BLAKE2B_OUTBYTES, BLAKE2B_SALTBYTES, BLAKE2B_BLOCKBYTES, 64, init_b, update_b,
     digest_b},
    {"blake2s", &blake2s_type, BLAKE2S_OUTBYTES, BLAKE2S_SALTBYTES, BLAKE2S_BLOCKBYTES, 48, init_s, update_s,
     digest_s},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

static const Variant *variant_of(const Type *type) { return &variants[type == &blake2s_type]; }

/* --- making --- */

enum {
    ARG_DATA,
    ARG_DIGEST_SIZE,
    ARG_KEY,
    ARG_SALT,
    ARG_PERSON,
    ARG_FANOUT,
    ARG_DEPTH,
    ARG_LEAF_SIZE,
    ARG_NODE_OFFSET,
    ARG_NODE_DEPTH,
    ARG_INNER_SIZE,
    ARG_LAST_NODE,
    ARG_FOR_SECURITY,
    ARGS
};

static const char parameters[] =
    "data=b'', /, *, digest_size=0, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
    "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True";

/* An int that goes into one byte or fewer; absent ones keep their default. */
static bool read_int(VM *vm, Value v, int *number) { return is_absent(v) || object_to_c_int(vm, v, number); }

static bool read_wide(VM *vm, Value v, const char *name, int bits, uint64_t *number) {
    if (is_absent(v)) return true;
    if (!is_int_family(v)) return raise_type(vm, "an integer is required"), false;
    if (int_sign(v) < 0) return raise_value(vm, "value must be positive"), false;
    uint8_t bytes[sizeof *number];
    if (!int_to_bytes(vm, v, bytes, sizeof bytes, true, false)) return false;
    memcpy(number, bytes, sizeof bytes);
    *number = le64toh(*number);
    if (bits < 64 && *number >> bits) return raise_overflow(vm, "%s is too large", name), false;
    return true;
}

static bool in_range(VM *vm, const char *name, int number, int least, int greatest) {
    if (number >= least && number <= greatest) return true;
    return raise_value(vm, "%s must be between %d and %d", name, least, greatest), false;
}

static bool fits(VM *vm, const char *what, size_t size, int most) {
    if (size <= (size_t)most) return true;
    return raise_value(vm, "maximum %s length is %d bytes", what, most), false;
}

/* In CPython's order: first everything is converted, then looked at. */
static bool read_numbers(VM *vm, const Variant *v, const Value *args, Parameters *p) {
    if (!read_int(vm, args[ARG_FANOUT], &p->fanout) || !read_int(vm, args[ARG_DEPTH], &p->depth) ||
        !read_int(vm, args[ARG_NODE_DEPTH], &p->node_depth) ||
        !read_int(vm, args[ARG_INNER_SIZE], &p->inner_size))
        return false;
    int truth = is_absent(args[ARG_LAST_NODE]) ? 0 : object_truth(vm, args[ARG_LAST_NODE]);
    if (truth < 0) return false;
    p->last_node = truth;
    if (p->digest_size < 1 || p->digest_size > v->digest_max)
        return raise_value(vm, "digest_size must be between 1 and %d bytes", v->digest_max), false;
    if (!fits(vm, "salt", p->salt_size, v->salt_max) || !fits(vm, "person", p->person_size, v->salt_max))
        return false;
    if (!in_range(vm, "fanout", p->fanout, 0, 255) || !in_range(vm, "depth", p->depth, 1, 255)) return false;
    if (!read_wide(vm, args[ARG_LEAF_SIZE], "leaf_size", 32, &p->leaf_size)) return false;
    if (!read_wide(vm, args[ARG_NODE_OFFSET], "node_offset", v->offset_bits, &p->node_offset)) return false;
    if (!in_range(vm, "node_depth", p->node_depth, 0, 255)) return false;
    if (p->inner_size < 0 || p->inner_size > v->digest_max)
        return raise_value(vm, "inner_size must be between 0 and is %d", v->digest_max), false;
    return fits(vm, "key", p->key_size, v->digest_max);
}

static bool update(VM *vm, Blake *h, Value data) {
    BufferView view;
    if (!hash_acquire(vm, data, &view)) return false;
    h->variant->update(&h->state, view.data, (size_t)view.size);
    buffer_release(vm, &view);
    return true;
}

static Blake *blank(VM *vm, const Variant *variant) {
    Blake *h = (Blake *)object_new(vm, variant->type, sizeof(Blake));
    if (!h) return raise_memory(vm), NULL;
    h->variant = variant;
    return h;
}

/* The key, if there is one, is the first block. */
static Blake *make(VM *vm, const Variant *variant, const Parameters *p, const uint8_t *key) {
    Blake *h = blank(vm, variant);
    if (!h) return NULL;
    h->digest_size = p->digest_size;
    variant->init(&h->state, p);
    if (p->key_size) {
        uint8_t block[BLAKE2B_BLOCKBYTES] = {0};
        memcpy(block, key, p->key_size);
        variant->update(&h->state, block, (size_t)variant->block_size);
        explicit_bzero(block, sizeof block);
    }
    return h;
}

enum { BUFFERS = 3 };

static Value make_of(VM *vm, const Variant *variant, const Value *args, Parameters *p,
                     const BufferView *views) {
    const BufferView *key = &views[0], *salt = &views[1], *person = &views[2];
    p->key_size = (size_t)key->size, p->salt_size = (size_t)salt->size, p->person_size = (size_t)person->size;
    p->salt = salt->data, p->person = person->data;
    if (!read_numbers(vm, variant, args, p)) return ABSENT;
    Blake *h = make(vm, variant, p, key->data);
    if (!h || is_absent(args[ARG_DATA]) || update(vm, h, args[ARG_DATA])) return from_object(h);
    object_drop(vm, &h->head);
    return ABSENT;
}

static Value blake_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    const Variant *variant = variant_of(type);
    Value row[ARGS], made = ABSENT;
    Parameters p = {.digest_size = variant->digest_max, .fanout = 1, .depth = 1};
    BufferView views[BUFFERS] = {{.data = (uint8_t *)""}, {.data = (uint8_t *)""}, {.data = (uint8_t *)""}};
    if (!arguments_bind(vm, variant->name, parameters, args, nargs, names, row)) return ABSENT;
    if (!read_int(vm, row[ARG_DIGEST_SIZE], &p.digest_size)) return ABSENT;
    int held = 0;
    while (held < BUFFERS && (is_absent(row[ARG_KEY + held]) ||
                              buffer_acquire(vm, row[ARG_KEY + held], BUFFER_SIMPLE, &views[held])))
        held++;
    if (held == BUFFERS) made = make_of(vm, variant, row, &p, views);
    while (held-- > 0)
        if (!is_absent(row[ARG_KEY + held])) buffer_release(vm, &views[held]);
    return made;
}

static void blake_dealloc(VM *vm, Object *self) {
    explicit_bzero(&((Blake *)self)->state, sizeof(State)); /* it may hold a key */
    object_free(vm, self, sizeof(Blake));
}

/* --- methods --- */

NATIVE(blake_update) { return update(vm, as_blake(args[0]), args[1]) ? NONE : ABSENT; }

NATIVE(blake_copy) {
    const Blake *h = as_blake(args[0]);
    Blake *copy = blank(vm, h->variant);
    if (!copy) return ABSENT;
    copy->digest_size = h->digest_size;
    copy->state = h->state;
    return from_object(copy);
}

NATIVE(blake_digest) {
    const Blake *h = as_blake(args[0]);
    State state = h->state;
    uint8_t digest[BLAKE2B_OUTBYTES];
    h->variant->digest(&state, digest, (size_t)h->digest_size);
    return bytes_from(vm, digest, h->digest_size);
}

NATIVE(blake_hexdigest) { return hash_hexadecimal(vm, blake_digest(vm, args, nargs, names)); }

static Value get_name(VM *vm, Value self) { return string_from_c(vm, as_blake(self)->variant->name); }
static Value get_block_size(VM *vm, Value self) { return int_small(as_blake(self)->variant->block_size); }
static Value get_digest_size(VM *vm, Value self) { return int_small(as_blake(self)->digest_size); }

static const GetSetDef blake_getset[] = {
    {"block_size", get_block_size, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL},
    {"name", get_name, NULL, NULL},
    {0},
};

static const NativeDef blake_methods[] = {
    {"copy", blake_copy, "", "Return a copy of the hash object."},
    {"digest", blake_digest, "", "Return the digest value as a bytes object."},
    {"hexdigest", blake_hexdigest, "", "Return the digest value as a string of hexadecimal digits."},
    {"update", blake_update, "data, /",
     "Update this hash object's state with the provided bytes-like object."},
    {0},
};

#define BLAKE_TYPE(variable, text, documentation) \
    Type variable = { \
        TYPE_HEAD(variable, text, .dealloc = blake_dealloc), \
        .basic_size = sizeof(Blake), \
        .base = &object_type, \
        .doc = documentation, \
        .new = blake_new, \
        .methods = blake_methods, \
        .getsets = blake_getset, \
    }
BLAKE_TYPE(blake2b_type, "_blake2.blake2b",
           "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
           "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)\n--\n\nReturn "
           "a new BLAKE2b hash object.");
BLAKE_TYPE(blake2s_type, "_blake2.blake2s",
           "(data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
           "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)\n--\n\nReturn "
           "a new BLAKE2s hash object.");

/* --- the module --- */

static bool add_sizes(VM *vm, const Variant *v) {
    const struct {
        const char *name;
        int size;
    } sizes[] = {{"SALT_SIZE", v->salt_max},
                 {"PERSON_SIZE", v->salt_max},
                 {"MAX_KEY_SIZE", v->digest_max},
                 {"MAX_DIGEST_SIZE", v->digest_max}};
    Dict *dict = type_dict(vm, v->type);
    for (size_t i = 0; dict && i < sizeof sizes / sizeof *sizes; i++)
        if (!dict_set_c(vm, from_object(dict), sizes[i].name, int_small(sizes[i].size))) return false;
    return dict;
}

static const NamedType types[] = {{"blake2b", &blake2b_type}, {"blake2s", &blake2s_type}, {0}};

Value module__blake2_new(VM *vm) {
    Value module = module_make(
        vm, &(ModuleDef){.name = "_blake2", .doc = "blake2b and blake2s, by libb2.", .types = types});
    for (int i = 0; !is_absent(module) && i < VARIANTS; i++)
        if (!add_sizes(vm, &variants[i])) value_clear(vm, &module);
    return module;
}
