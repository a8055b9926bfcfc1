/* scrypt (RFC 7914): keys from passwords at the price of memory as well as of time. */
#include <endian.h>
#include <string.h>

#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/modules/hashlib.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

enum { SALSA_WORDS = 16, DEFAULT_MEMORY = 32 << 20, MOST_OF_R_P = (1 << 30) - 1 };

/* --- the function --- */

/* Of `r` pairs of Salsa blocks. */
typedef struct {
    uint32_t *x, *y; /* one row each */
    uint32_t *rows;  /* n of them */
    uint64_t n;
    size_t r, words; /* of a row: 32 * r */
} Mixer;

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define QUARTER(a, b, c, d) \
    x[b] ^= ROTATE(x[a] + x[d], 7), x[c] ^= ROTATE(x[b] + x[a], 9), x[d] ^= ROTATE(x[c] + x[b], 13), \
        x[a] ^= ROTATE(x[d] + x[c], 18)

/* The Salsa20/8 core (section 3). */
static void salsa(uint32_t *block) {
    uint32_t x[SALSA_WORDS];
    memcpy(x, block, sizeof x);
    for (int i = 0; i < 4; i++) {
        QUARTER(0, 4, 8, 12), QUARTER(5, 9, 13, 1), QUARTER(10, 14, 2, 6), QUARTER(15, 3, 7, 11);
        QUARTER(0, 1, 2, 3), QUARTER(5, 6, 7, 4), QUARTER(10, 11, 8, 9), QUARTER(15, 12, 13, 14);
    }
    for (int i = 0; i < SALSA_WORDS; i++)
        block[i] += x[i];
}

static void add_row(uint32_t *to, const uint32_t *row, size_t words) {
    for (size_t i = 0; i < words; i++)
        to[i] ^= row[i];
}

/* scryptBlockMix (section 4): x becomes the blocks of even number, then those of odd number. */
static void mix(Mixer *m) {
    uint32_t t[SALSA_WORDS];
    memcpy(t, m->x + m->words - SALSA_WORDS, sizeof t);
    for (size_t i = 0; i < 2 * m->r; i++) {
        add_row(t, m->x + i * SALSA_WORDS, SALSA_WORDS);
        salsa(t);
        memcpy(m->y + (i / 2 + i % 2 * m->r) * SALSA_WORDS, t, sizeof t);
    }
    memcpy(m->x, m->y, m->words * sizeof *m->x);
}

/* scryptROMix (section 5) of a block of bytes. RAISES when a signal's handler does. */
static bool mix_block(VM *vm, Mixer *m, uint8_t *block) {
    enum { STEPS_A_LOOK = 256 };
    for (size_t i = 0; i < m->words; i++) {
        memcpy(&m->x[i], block + 4 * i, 4);
        m->x[i] = le32toh(m->x[i]);
    }
    for (uint64_t i = 0; i < 2 * m->n; i++) {
        const uint32_t *last = m->x + m->words - SALSA_WORDS;
        if (i < m->n)
            memcpy(m->rows + i * m->words, m->x, m->words * sizeof *m->x);
        else
            add_row(m->x, m->rows + (last[0] & (m->n - 1)) * m->words, m->words); /* n is below 2^32 */
        mix(m);
        if (i % STEPS_A_LOOK == 0 && !vm_may_go_on(vm)) return false;
    }
    for (size_t i = 0; i < m->words; i++) {
        uint32_t word = htole32(m->x[i]);
        memcpy(block + 4 * i, &word, 4);
    }
    return true;
}

/* --- its arguments --- */

typedef struct {
    uint64_t n, r, p;
    int64_t memory, length;
} Costs;

static Value derive(VM *vm, const BufferView *password, const BufferView *salt, const Costs *c) {
    size_t row = 128 * (size_t)c->r, blocks = row * (size_t)c->p, all = blocks + row * (size_t)(c->n + 2);
    uint8_t *memory = memory_alloc(vm, all);
    if (!memory) return ABSENT;
    Mixer m = {.x = (uint32_t *)(memory + blocks), .n = c->n, .r = (size_t)c->r, .words = row / 4};
    m.y = m.x + m.words;
    m.rows = m.y + m.words;
    hash_derive_sha256(password->data, (size_t)password->size, salt->data, (size_t)salt->size, memory,
                       blocks);
    bool ok = true;
    for (uint64_t i = 0; ok && i < c->p; i++)
        ok = mix_block(vm, &m, memory + i * row);
    Bytes *key = ok ? bytes_new(vm, c->length) : NULL;
    if (key)
        hash_derive_sha256(password->data, (size_t)password->size, memory, blocks, key->data,
                           (size_t)c->length);
    explicit_bzero(memory, all);
    memory_free(vm, memory, all);
    return from_object(key);
}

static bool read_cost(VM *vm, Value v, const char *name, uint64_t *cost) {
    int64_t number;
    if (!is_absent(v) && int_sign(v) >= 0 && int_to_int64(v, &number)) return *cost = (uint64_t)number, true;
    return raise_type(vm, "%s is required and must be an unsigned int", name), false;
}

/* The types of all are looked at before the values of any. */
static bool check_types(VM *vm, const Value *args) {
    static const char *const names[] = {"n", "r", "p"};
    for (int i = 0; i < 3; i++) {
        if (is_absent(args[i]) || is_int_family(args[i])) continue;
        raise_type(vm, "scrypt() argument '%s' must be int, not %T", names[i], args[i]);
        return false;
    }
    return true;
}

static bool read_size(VM *vm, Value v, int64_t otherwise, int64_t *size) {
    *size = otherwise;
    return is_absent(v) || object_to_int64(vm, v, NULL, size);
}

static bool check_costs(VM *vm, Costs *c) {
    if (c->memory < 0 || c->memory > INT32_MAX)
        return raise_value(vm, "maxmem must be positive and smaller than %d", INT32_MAX), false;
    if (c->length < 1 || c->length > INT32_MAX)
        return raise_value(vm, "dklen must be greater than 0 and smaller than %d", INT32_MAX), false;
    if (c->r == 0 || c->p == 0)
        return raise_value(vm, "Invalid parameter combination for n, r, p, maxmem."), false;
    uint64_t most = c->memory ? (uint64_t)c->memory : DEFAULT_MEMORY;
    bool fits = c->p <= MOST_OF_R_P / c->r && (c->r >= 4 || c->n < UINT64_C(1) << 16 * c->r) && c->n < most &&
                128 * c->r * c->p <= most && c->n + 2 <= (most - 128 * c->r * c->p) / (128 * c->r);
    return fits || (raise_value(vm, "[digital envelope routines] memory limit exceeded"), false);
}

static Value with_views(VM *vm, const Value *args, const BufferView *password, const BufferView *salt) {
    Costs c;
    if (!check_types(vm, args + 2) || !read_size(vm, args[5], 0, &c.memory) ||
        !read_size(vm, args[6], 64, &c.length))
        return ABSENT;
    if (is_absent(args[1])) return raise_type(vm, "salt is required");
    if (!read_cost(vm, args[2], "n", &c.n)) return ABSENT;
    if (c.n < 2 || (c.n & (c.n - 1))) return raise_value(vm, "n must be a power of 2.");
    if (!read_cost(vm, args[3], "r", &c.r) || !read_cost(vm, args[4], "p", &c.p) || !check_costs(vm, &c))
        return ABSENT;
    return derive(vm, password, salt, &c);
}

Value hashlib_scrypt(VM *vm, Value *args, int nargs, Value names) {
    BufferView password, salt = {.data = (uint8_t *)""};
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &password)) return ABSENT;
    Value key = ABSENT;
    if (is_absent(args[1]) || buffer_acquire(vm, args[1], BUFFER_SIMPLE, &salt)) {
        key = with_views(vm, args, &password, &salt);
        if (!is_absent(args[1])) buffer_release(vm, &salt);
    }
    buffer_release(vm, &password);
    return key;
}
