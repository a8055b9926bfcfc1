/*
 * The module _hashlib: digests, what is built on them (HMAC, PBKDF2), and comparison in constant time.
 *
 * MD5, SHA-1 and SHA-2 are OpenSSL's by its plain functions, which need nothing of the rest of that library; SHA-3 is
 * Nettle's, and so is SHAKE256 and the permutation of SHAKE128. An algorithm is a row of a table. A hash object holds
 * the algorithm's context in itself; a digest is taken of a copy, so that the object goes on.
 */
#define OPENSSL_API_COMPAT 10101 /* whose functions these are */
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/hashlib.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef union {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512;
    struct sha3_224_ctx sha3_224;
    struct sha3_256_ctx sha3_256;
    struct sha3_384_ctx sha3_384;
    struct sha3_512_ctx sha3_512;
    struct shake_128_ctx shake_128;
} Context;

typedef struct {
    const char *name;
    size_t digest_size, block_size;
    void (*init)(Context *context);
    void (*update)(Context *context, const void *data, size_t size);
    /* Ends the context. `size` is the digest's size, or any where that is 0. */
    void (*final)(Context *context, size_t size, uint8_t *digest);
} Algorithm;

#define OPENSSL_HASH(name, member, PREFIX) \
    static void name##_start(Context *c) { PREFIX##_Init(&c->member); } \
    static void name##_add(Context *c, const void *data, size_t size) { \
        PREFIX##_Update(&c->member, data, size); \
    } \
    static void name##_end(Context *c, size_t size, uint8_t *digest) { PREFIX##_Final(digest, &c->member); }
#define NETTLE_HASH(name, member, ending) \
    static void name##_start(Context *c) { member##_init(&c->member); } \
    static void name##_add(Context *c, const void *data, size_t size) { \
        member##_update(&c->member, size, data); \
    } \
    static void name##_end(Context *c, size_t size, uint8_t *digest) { \
        member##_##ending(&c->member, size, digest); \
    }

OPENSSL_HASH(md5, md5, MD5)
OPENSSL_HASH(sha1, sha1, SHA1)
OPENSSL_HASH(sha224, sha256, SHA224)
OPENSSL_HASH(sha256, sha256, SHA256)
OPENSSL_HASH(sha384, sha512, SHA384)
OPENSSL_HASH(sha512, sha512, SHA512)
NETTLE_HASH(sha3_224, sha3_224, digest)
NETTLE_HASH(sha3_256, sha3_256, digest)
NETTLE_HASH(sha3_384, sha3_384, digest)
NETTLE_HASH(sha3_512, sha3_512, digest)
NETTLE_HASH(shake_128, shake_128, shake)
NETTLE_HASH(shake_256, sha3_256, shake)

#define ALGORITHM(name, digest, block) \
    { #name, digest, block, name##_start, name##_add, name##_end }

static const Algorithm algorithms[] = {
    ALGORITHM(md5, 16, 64),
    ALGORITHM(sha1, 20, 64),
    ALGORITHM(sha224, 28, 64),
    ALGORITHM(sha256, 32, 64),
    ALGORITHM(sha384, 48, 128),
    ALGORITHM(sha512, 64, 128),
    ALGORITHM(sha3_224, 28, 144),
    ALGORITHM(sha3_256, 32, 136),
    ALGORITHM(sha3_384, 48, 104),
    ALGORITHM(sha3_512, 64, 72),
    ALGORITHM(shake_128, 0, SHAKE_128_BLOCK_SIZE),
    ALGORITHM(shake_256, 0, 136),
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms, DIGEST_MAX = 64, BLOCK_MAX = 144 };

/* The digest may have any length. */
static bool is_extendable(const Algorithm *a) { return a->digest_size == 0; }

void hash_sha512(const void *data, size_t size, uint8_t digest[HASH_SHA512_SIZE]) {
    Context context;
    sha512_start(&context);
    sha512_add(&context, data, size);
    sha512_end(&context, HASH_SHA512_SIZE, digest);
}

typedef struct {
    Object head;
    const Algorithm *algorithm;
    Context context;
} Hash;

static Hash *as_hash(Value v) { return (Hash *)as_object(v); }

static bool same_name(const char *name, const String *s) {
    size_t length = strlen(name);
    if (!s->ascii || (size_t)string_length(s) != length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = (char)s->data[i];
        if (c == '-') c = '_';
        if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
        if (c != name[i]) return false;
    }
    return true;
}

static const Algorithm *algorithm_named(VM *vm, Value name) {
    if (!is_string(name)) return raise_type(vm, "name must be a string"), NULL;
    for (int i = 0; i < ALGORITHMS; i++)
        if (same_name(algorithms[i].name, as_string(name))) return &algorithms[i];
    return raise_value(vm, "unsupported hash type %S", name), NULL;
}

bool hash_acquire(VM *vm, Value data, BufferView *view) {
    if (is_string(data)) return raise_type(vm, "Strings must be encoded before hashing"), false;
    if (!has_buffer(data)) return raise_type(vm, "object supporting the buffer API required"), false;
    return buffer_borrow(vm, data, view);
}

static bool update(VM *vm, Hash *h, Value data) {
    BufferView view;
    if (!hash_acquire(vm, data, &view)) return false;
    h->algorithm->update(&h->context, view.data, (size_t)view.size);
    buffer_release(vm, &view);
    return true;
}

static Hash *hash_new(VM *vm, const Algorithm *algorithm) {
    Type *type = is_extendable(algorithm) ? &hash_xof_type : &hash_type;
    Hash *h = (Hash *)object_new(vm, type, sizeof(Hash));
    if (!h) return raise_memory(vm), NULL;
    h->algorithm = algorithm;
    algorithm->init(&h->context);
    return h;
}

static Value start(VM *vm, const Algorithm *algorithm, Value data) {
    Hash *h = algorithm ? hash_new(vm, algorithm) : NULL;
    if (!h || is_absent(data) || update(vm, h, data)) return from_object(h);
    object_drop(vm, &h->head);
    return ABSENT;
}

static void hash_dealloc(VM *vm, Object *self) { object_free(vm, self, sizeof(Hash)); }

/* --- methods --- */

static Value hash_repr(VM *vm, Value self) {
    return string_format(vm, "<%s %T object @ 0x%lx>", as_hash(self)->algorithm->name, self,
                         (unsigned long)self.bits);
}

NATIVE(hash_update) { return update(vm, as_hash(args[0]), args[1]) ? NONE : ABSENT; }

NATIVE(hash_copy) {
    Hash *h = as_hash(args[0]), *copy = hash_new(vm, h->algorithm);
    if (copy) copy->context = h->context;
    return from_object(copy);
}

NATIVE(hash_digest) {
    Hash *h = as_hash(args[0]);
    Context context = h->context;
    uint8_t digest[DIGEST_MAX];
    h->algorithm->final(&context, h->algorithm->digest_size, digest);
    return bytes_from(vm, digest, (int64_t)h->algorithm->digest_size);
}

NATIVE(xof_digest) {
    int64_t length;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &length)) return ABSENT;
    if (length < 0) return raise_value(vm, "value must be positive");
    const Hash *h = as_hash(args[0]);
    Context context = h->context;
    Bytes *digest = bytes_new(vm, length);
    if (digest && length) h->algorithm->final(&context, (size_t)length, digest->data);
    return from_object(digest);
}

Value hash_hexadecimal(VM *vm, Value digest) {
    if (is_absent(digest)) return ABSENT;
    Value name = string_intern_c(vm, "hex");
    Value text = is_absent(name) ? ABSENT : call_method(vm, digest, name, NULL, 0);
    value_xdrop(vm, name), value_drop(vm, digest);
    return text;
}

NATIVE(hash_hexdigest) { return hash_hexadecimal(vm, hash_digest(vm, args, nargs, names)); }
NATIVE(xof_hexdigest) { return hash_hexadecimal(vm, xof_digest(vm, args, nargs, names)); }

static Value get_name(VM *vm, Value self) { return string_from_c(vm, as_hash(self)->algorithm->name); }
static Value get_block_size(VM *vm, Value self) {
    return int_small((int64_t)as_hash(self)->algorithm->block_size);
}
static Value get_digest_size(VM *vm, Value self) {
    return int_small((int64_t)as_hash(self)->algorithm->digest_size);
}

static const GetSetDef hash_getset[] = {
    {"block_size", get_block_size, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL},
    {"name", get_name, NULL, "algorithm name."},
    {0},
};

static const NativeDef hash_methods[] = {
    {"copy", hash_copy, "", "Return a copy of the hash object."},
    {"digest", hash_digest, "", "Return the digest value as a bytes object."},
    {"hexdigest", hash_hexdigest, "", "Return the digest value as a string of hexadecimal digits."},
    {"update", hash_update, "obj, /", "Update this hash object's state with the provided string."},
    {0},
};

static const NativeDef xof_methods[] = {
    {"digest", xof_digest, "length", "Return the digest value as a bytes object."},
    {"hexdigest", xof_hexdigest, "length", "Return the digest value as a string of hexadecimal digits."},
    {0},
};

Type hash_type = {
    TYPE_HEAD(hash_type, "_hashlib.HASH", .dealloc = hash_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Hash),
    .base = &object_type,
    .doc = "A hash is an object used to calculate a checksum of a string of information.",
    .repr = hash_repr,
    .methods = hash_methods,
    .getsets = hash_getset,
};

Type hash_xof_type = {
    TYPE_HEAD(hash_xof_type, "_hashlib.HASHXOF", .dealloc = hash_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Hash),
    .base = &hash_type,
    .doc = "A hash with digests of any length.",
    .repr = hash_repr,
    .methods = xof_methods,
};

/* --- HMAC (RFC 2104) and PBKDF2 --- */

typedef struct {
    const Algorithm *algorithm;
    Context inner, outer; /* with the padded key */
    Context state;        /* what `inner` has become */
} Mac;

static void mac_update(Mac *mac, const void *data, size_t size) {
    mac->algorithm->update(&mac->state, data, size);
}

/* The code of what came since the start, or since the last one. */
static void mac_digest(Mac *mac, uint8_t *to) {
    mac->algorithm->final(&mac->state, mac->algorithm->digest_size, to);
    mac->state = mac->outer;
    mac_update(mac, to, mac->algorithm->digest_size);
    mac->algorithm->final(&mac->state, mac->algorithm->digest_size, to);
    mac->state = mac->inner;
}

static void start_with_key(const Mac *mac, Context *context, const uint8_t *key, uint8_t with) {
    uint8_t block[BLOCK_MAX];
    for (size_t i = 0; i < mac->algorithm->block_size; i++)
        block[i] = key[i] ^ with;
    mac->algorithm->init(context);
    mac->algorithm->update(context, block, mac->algorithm->block_size);
    explicit_bzero(block, sizeof block);
}

static void mac_init(Mac *mac, const uint8_t *key, size_t size) {
    uint8_t padded[BLOCK_MAX] = {0};
    if (size > mac->algorithm->block_size) {
        mac->algorithm->init(&mac->state);
        mac_update(mac, key, size);
        mac->algorithm->final(&mac->state, mac->algorithm->digest_size, padded);
    } else {
        memcpy(padded, key, size);
    }
    start_with_key(mac, &mac->inner, padded, 0x36);
    start_with_key(mac, &mac->outer, padded, 0x5c);
    mac->state = mac->inner;
    explicit_bzero(padded, sizeof padded);
}

/* By an algorithm that may be an HMAC's. RAISES. */
static bool mac_start(VM *vm, Mac *mac, Value name, const BufferView *key) {
    mac->algorithm = algorithm_named(vm, name);
    if (!mac->algorithm) return false;
    if (is_extendable(mac->algorithm)) return raise_value(vm, "unsupported hash type %S", name), false;
    mac_init(mac, key->data, (size_t)key->size);
    return true;
}

NATIVE(hashlib_hmac_digest) {
    BufferView key, message;
    Mac mac;
    uint8_t digest[DIGEST_MAX];
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &key)) return ABSENT;
    bool ok = buffer_acquire(vm, args[1], BUFFER_SIMPLE, &message);
    if (ok) {
        ok = mac_start(vm, &mac, args[2], &key);
        if (ok) mac_update(&mac, message.data, (size_t)message.size);
        buffer_release(vm, &message);
    }
    buffer_release(vm, &key);
    if (!ok) return ABSENT;
    mac_digest(&mac, digest);
    return bytes_from(vm, digest, (int64_t)mac.algorithm->digest_size);
}

/* One block of PBKDF2 (RFC 8018, 5.2): the exclusive or of a chain of MACs that begins with the salt and the number. */
static bool derive_block(VM *vm, Mac *mac, const BufferView *salt, uint32_t number, int64_t iterations,
                         uint8_t *block) {
    enum { ITERATIONS_A_LOOK = 1024 };
    uint8_t digest[DIGEST_MAX], counter[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                                             (uint8_t)(number >> 8), (uint8_t)number};
    size_t size = mac->algorithm->digest_size;
    mac_update(mac, salt->data, (size_t)salt->size);
    mac_update(mac, counter, sizeof counter);
    mac_digest(mac, digest);
    memcpy(block, digest, size);
    for (int64_t i = 1; i < iterations; i++) {
        mac_update(mac, digest, size);
        mac_digest(mac, digest);
        for (size_t k = 0; k < size; k++)
            block[k] ^= digest[k];
        if (i % ITERATIONS_A_LOOK == 0 && !vm_may_go_on(vm)) return false;
    }
    return true;
}

void hash_derive_sha256(const uint8_t *password, size_t password_size, const uint8_t *salt, size_t salt_size,
                        uint8_t *to, size_t size) {
    enum { SHA256_ROW = 3 };
    Mac mac = {.algorithm = &algorithms[SHA256_ROW]};
    const BufferView view = {.data = (uint8_t *)salt, .size = (int64_t)salt_size};
    mac_init(&mac, password, password_size);
    for (uint32_t number = 1; size > 0; number++) {
        uint8_t block[DIGEST_MAX];
        size_t part = size < mac.algorithm->digest_size ? size : mac.algorithm->digest_size;
        derive_block(NULL, &mac, &view, number, 1, block);
        memcpy(to, block, part);
        to += part, size -= part;
    }
}

static Value derive(VM *vm, Value name, const BufferView *password, const BufferView *salt,
                    int64_t iterations, Value size) {
    Mac mac;
    if (!mac_start(vm, &mac, name, password)) return ABSENT;
    int64_t size_of_one = (int64_t)mac.algorithm->digest_size, length = size_of_one;
    if (value_is_given(size) && !object_to_int64(vm, size, &exc_OverflowError, &length)) return ABSENT;
    if (length < 1) return raise_value(vm, "key length must be greater than 0.");
    if (length > INT32_MAX) return raise_overflow(vm, "key length is too great.");
    Bytes *key = bytes_new(vm, length);
    uint32_t number = 1;
    for (int64_t done = 0; key && done < length; done += size_of_one, number++) {
        uint8_t block[DIGEST_MAX];
        if (!derive_block(vm, &mac, salt, number, iterations, block)) {
            value_drop(vm, from_object(key));
            return ABSENT;
        }
        int64_t rest = length - done;
        memcpy(key->data + done, block, (size_t)(rest < size_of_one ? rest : size_of_one));
    }
    return from_object(key);
}

NATIVE(hashlib_pbkdf2_hmac) {
    BufferView password, salt;
    int64_t iterations;
    Value key = ABSENT;
    if (!is_string(args[0]))
        return raise_type(vm, "pbkdf2_hmac() argument 'hash_name' must be str, not %Q", args[0]);
    if (!object_to_int64(vm, args[3], &exc_OverflowError, &iterations)) return ABSENT;
    if (!buffer_acquire(vm, args[1], BUFFER_SIMPLE, &password)) return ABSENT;
    if (buffer_acquire(vm, args[2], BUFFER_SIMPLE, &salt)) {
        if (iterations < 1) {
            raise_value(vm, "iteration value must be greater than 0.");
        } else if (iterations > INT32_MAX) {
            raise_overflow(vm, "iteration value is too great.");
        } else {
            key = derive(vm, args[0], &password, &salt, iterations, args[4]);
        }
        buffer_release(vm, &salt);
    }
    buffer_release(vm, &password);
    return key;
}

/* --- comparison --- */

static Value compare_memory(const uint8_t *a, int64_t n, const uint8_t *b, int64_t m) {
    return bool_from(CRYPTO_memcmp(a, n == m ? b : a, (size_t)n) == 0 && n == m);
}

NATIVE(hashlib_compare_digest) {
    BufferView a, b;
    if (is_string(args[0]) && is_string(args[1])) {
        const String *s = as_string(args[0]), *t = as_string(args[1]);
        if (!s->ascii || !t->ascii)
            return raise_type(vm, "comparing strings with non-ASCII characters is not supported");
        return compare_memory(s->data, string_length(s), t->data, string_length(t));
    }
    if (!has_buffer(args[0]) && !has_buffer(args[1]))
        return raise_type(vm, "unsupported operand types(s) or combination of types: '%T' and '%T'", args[0],
                          args[1]);
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &a)) return ABSENT;
    Value result = ABSENT;
    if (buffer_acquire(vm, args[1], BUFFER_SIMPLE, &b)) {
        result = compare_memory(a.data, a.size, b.data, b.size);
        buffer_release(vm, &b);
    }
    buffer_release(vm, &a);
    return result;
}

/* --- the module --- */

NATIVE(hashlib_new) { return start(vm, algorithm_named(vm, args[0]), args[1]); }

#define CONSTRUCTORS(X) \
    X(0, md5) \
    X(1, sha1) \
    X(2, sha224) \
    X(3, sha256) \
    X(4, sha384) \
    X(5, sha512) X(6, sha3_224) X(7, sha3_256) X(8, sha3_384) X(9, sha3_512) X(10, shake_128) X(11, shake_256)

#define CONSTRUCTOR(index, name) \
    NATIVE(hashlib_##name) { return start(vm, &algorithms[index], args[0]); }
CONSTRUCTORS(CONSTRUCTOR)

#define ROW(index, name) \
    {#name, hashlib_##name, "string=b'', *, usedforsecurity=True", "Returns a " #name " hash object."},

static const NativeDef functions[] = {
    CONSTRUCTORS(ROW) //
    {"compare_digest", hashlib_compare_digest, "a, b, /", "Return 'a == b', in constant time."},
    {"hmac_digest", hashlib_hmac_digest, "key, msg, digest", "Single-shot HMAC."},
    {"new", hashlib_new, "name, string=b'', *, usedforsecurity=True", "Return a new hash object."},
    {"scrypt", hashlib_scrypt, "password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64",
     "scrypt password-based key derivation function."},
    {"pbkdf2_hmac", hashlib_pbkdf2_hmac, "hash_name, password, salt, iterations, dklen=None",
     "Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."},
    {0},
};

static const NamedType types[] = {{"HASH", &hash_type}, {"HASHXOF", &hash_xof_type}, {0}};

Value module__hashlib_new(VM *vm) {
    return module_make(
        vm,
        &(ModuleDef){.name = "_hashlib", .doc = "Secure hashes.", .types = types, .functions = functions});
}
