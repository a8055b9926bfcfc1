/*
 * The module _random: the generator behind the module random, and what seeding it takes.
 *
 * The generator is the Mersenne Twister MT19937 (Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", 1998): 624 words of 32 bits. All are renewed at once when
 * the last has been handed out, and each is tempered on its way out.
 */
#include <errno.h>
#include <sys/random.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/hashlib.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

enum { WORDS = 624, MIDDLE = 397, SEED_OF_ARRAYS = 19650218 };

#define TWIST UINT32_C(0x9908B0DF)
#define INITIAL_FACTOR UINT32_C(1812433253)

typedef struct {
    Object head;
    uint32_t next; /* the word to hand out; WORDS: renew them first */
    uint32_t words[WORDS];
} Generator;

static Generator *as_generator(Value v) { return (Generator *)as_object(v); }

/* --- the twister --- */

static uint32_t twist(uint32_t high, uint32_t low, uint32_t far) {
    uint32_t joined = (high & UINT32_C(0x80000000)) | (low & UINT32_C(0x7FFFFFFF));
    return far ^ (joined >> 1) ^ (joined & 1 ? TWIST : 0);
}

static void renew(Generator *g) {
    uint32_t *w = g->words;
    int i = 0;
    for (; i < WORDS - MIDDLE; i++)
        w[i] = twist(w[i], w[i + 1], w[i + MIDDLE]);
    for (; i < WORDS - 1; i++)
        w[i] = twist(w[i], w[i + 1], w[i + MIDDLE - WORDS]);
    w[i] = twist(w[i], w[0], w[MIDDLE - 1]);
    g->next = 0;
}

static uint32_t next_word(Generator *g) {
    if (g->next >= WORDS) renew(g);
    uint32_t w = g->words[g->next++];
    w ^= w >> 11;
    w ^= w << 7 & UINT32_C(0x9D2C5680);
    w ^= w << 15 & UINT32_C(0xEFC60000);
    return w ^ w >> 18;
}

static uint32_t mixed(uint32_t word) { return word ^ word >> 30; }

/* Word i of a key of so many; keys have their words in limbs of two. */
static uint32_t key_word(const uint64_t *limbs, int64_t i) {
    return (uint32_t)(limbs[i / 2] >> (i % 2 * 32));
}

/* Each word is made from the one before, and the first from the last one. What the words are before the key comes is
 * made along the way: both chains together take the time of one. */
static void seed_key(Generator *g, const uint64_t *limbs, int64_t count) {
    uint32_t *w = g->words, initial = SEED_OF_ARRAYS, last = SEED_OF_ARRAYS;
    int64_t k = 0, rounds = count > WORDS ? count : WORDS;
    int i = 1;
    for (int64_t n = 1; n <= rounds; n++) {
        if (n < WORDS) w[i] = initial = INITIAL_FACTOR * mixed(initial) + (uint32_t)i;
        w[i] = last = (w[i] ^ mixed(last) * UINT32_C(1664525)) + key_word(limbs, k) + (uint32_t)k;
        if (++k >= count) k = 0;
        if (++i == WORDS) i = 1;
    }
    for (int n = 1; n < WORDS; n++) {
        w[i] = last = (w[i] ^ mixed(last) * UINT32_C(1566083941)) - (uint32_t)i;
        if (++i == WORDS) i = 1;
    }
    w[0] = UINT32_C(0x80000000);
    g->next = WORDS;
}

/* --- seeding --- */

/* Fill from the system's own generator. */
static bool read_entropy(VM *vm, void *to, int64_t size) {
    for (int64_t done = 0; done < size;) {
        ssize_t got = getrandom((char *)to + done, (size_t)(size - done), 0);
        if (got < 0 && errno != EINTR) return raise_os(vm, errno, ABSENT), false;
        if (got > 0) done += got;
        if (!vm_may_go_on(vm)) return false;
    }
    return true;
}

static bool seed_from_system(VM *vm, Generator *g) {
    uint64_t key[WORDS / 2];
    if (!read_entropy(vm, key, sizeof key)) return false;
    seed_key(g, key, WORDS);
    return true;
}

static bool seed(VM *vm, Generator *g, Value v) {
    if (!value_is_given(v)) return seed_from_system(vm, g);
    uint64_t hashed;
    if (is_int_family(v)) {
        IntView view;
        int_view(v, &view);
        const uint64_t zero = 0;
        int64_t words = view.count * 2;
        if (words && view.limbs[view.count - 1] >> 32 == 0) words--;
        seed_key(g, words ? view.limbs : &zero, words ? words : 1);
        return true;
    }
    if (!object_hash(vm, v, (int64_t *)&hashed)) return false;
    seed_key(g, &hashed, hashed >> 32 ? 2 : 1);
    return true;
}

static Value generator_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Generator *g = (Generator *)instance_new(vm, type, 0);
    if (!g) return ABSENT;
    g->next = WORDS;
    object_track(&g->head);
    return from_object(g);
}

static bool generator_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (type_of(self) == &random_type && !arguments_no_names(vm, "Random", names)) return false;
    if (nargs > 1) return raise_type(vm, "Random() requires at most 1 argument (%d given)", nargs), false;
    return seed(vm, as_generator(self), nargs ? args[0] : ABSENT);
}

static void generator_dealloc(VM *vm, Object *self) { object_free(vm, self, instance_size(self, 0)); }

NATIVE(generator_seed) { return seed(vm, as_generator(args[0]), args[1]) ? NONE : ABSENT; }

NATIVE(generator_getstate) {
    Generator *g = as_generator(args[0]);
    Tuple *state = tuple_new(vm, WORDS + 1);
    if (!state) return ABSENT;
    for (int i = 0; i < WORDS; i++)
        state->items[i] = int_small(g->words[i]);
    state->items[WORDS] = int_small(g->next);
    return tuple_finish(state);
}

NATIVE(generator_setstate) {
    uint32_t words[WORDS];
    if (!is_tuple(args[1])) return raise_type(vm, "state vector must be a tuple");
    if (as_tuple(args[1])->length != WORDS + 1) return raise_value(vm, "state vector is the wrong size");
    int64_t number;
    for (int i = 0; i < WORDS; i++) {
        Value item = as_tuple(args[1])->items[i];
        if (!is_int_family(item)) return raise_type(vm, "an integer is required");
        if (int_sign(item) < 0) return raise_overflow(vm, "can't convert negative value to unsigned int");
        if (!int_to_int64(item, &number))
            return raise_overflow(vm, "Python int too large to convert to C unsigned long");
        words[i] = (uint32_t)number;
    }
    if (!object_to_int64(vm, as_tuple(args[1])->items[WORDS], NULL, &number)) return ABSENT;
    if (number < 0 || number > WORDS) return raise_value(vm, "invalid state");
    memcpy(as_generator(args[0])->words, words, sizeof as_generator(args[0])->words);
    as_generator(args[0])->next = (uint32_t)number;
    return NONE;
}

/* --- numbers --- */

/* 53 random bits as a fraction. */
NATIVE(generator_random) {
    Generator *g = as_generator(args[0]);
    uint32_t high = next_word(g) >> 5, low = next_word(g) >> 6;
    return float_from(vm, ((double)high * 0x1p26 + (double)low) * 0x1p-53);
}

NATIVE(generator_getrandbits) {
    int bits;
    if (!object_to_c_int(vm, args[1], &bits)) return ABSENT;
    Generator *g = as_generator(args[0]);
    if (bits < 0) return raise_value(vm, "number of bits must be non-negative");
    if (bits == 0) return int_small(0);
    if (bits <= 32) return int_small(next_word(g) >> (32 - bits));
    if (bits <= 64) {
        uint64_t low = next_word(g), high = next_word(g) >> (64 - bits);
        return int_from_unsigned(vm, high << 32 | low);
    }
    int64_t limbs = (bits + 63) / 64, words = (bits + 31) / 32;
    uint64_t *number = memory_alloc(vm, (size_t)limbs * 8);
    if (!number) return ABSENT;
    memset(number, 0, (size_t)limbs * 8);
    for (int64_t i = 0; i < words; i++, bits -= 32) {
        uint32_t word = next_word(g);
        if (bits < 32) word >>= 32 - bits;
        number[i / 2] |= (uint64_t)word << (i % 2 * 32);
    }
    Value v = int_from_limbs(vm, number, limbs, false);
    memory_free(vm, number, (size_t)limbs * 8);
    return v;
}

/* --- functions --- */

NATIVE(random_urandom) {
    int64_t size;
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &size)) return ABSENT;
    if (size < 0) return raise_value(vm, "negative argument not allowed");
    Bytes *bytes = bytes_new(vm, size);
    if (!bytes || read_entropy(vm, bytes->data, size)) return from_object(bytes);
    object_drop(vm, &bytes->head);
    return ABSENT;
}

NATIVE(random_sha512) {
    BufferView from;
    uint8_t digest[HASH_SHA512_SIZE];
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &from)) return ABSENT;
    hash_sha512(from.data, (size_t)from.size, digest);
    buffer_release(vm, &from);
    return bytes_from(vm, digest, sizeof digest);
}

static const NativeDef generator_methods[] = {
    {"getrandbits", generator_getrandbits, "k, /",
     "getrandbits(k) -> x.  Generates an int with k random bits."},
    {"getstate", generator_getstate, "", "getstate() -> tuple containing the current state."},
    {"random", generator_random, "", "random() -> x in the interval [0, 1)."},
    {"seed", generator_seed, "n=None, /", "seed([n]) -> None.  Defaults to the system's entropy."},
    {"setstate", generator_setstate, "state, /", "setstate(state) -> None.  Restores generator state."},
    {0},
};

Type random_type = {
    TYPE_HEAD(random_type, "_random.Random", .dealloc = generator_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Generator),
    .base = &object_type,
    .doc = "Random() -> create a random number generator with its own internal state.",
    .new = generator_new,
    .init = generator_init,
    .methods = generator_methods,
};

static const NativeDef functions[] = {
    {"sha512", random_sha512, "data, /", "The SHA-512 digest of bytes, from which long seeds are made."},
    {"urandom", random_urandom, "size, /", "Bytes from the system's generator."},
    {0},
};

static const NamedType types[] = {{"Random", &random_type}, {0}};

Value module__random_new(VM *vm) {
    return module_make(vm,
                       &(ModuleDef){.name = "_random",
                                    .doc = "Module implements the Mersenne Twister random number generator.",
                                    .types = types,
                                    .functions = functions});
}
