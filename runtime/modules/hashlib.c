/*
 * The module _hashlib: digests by Nettle, what is built on them (HMAC, PBKDF2), and comparison in constant time.
 *
 * An algorithm is a row of a table around Nettle's own description of it. A hash object holds the algorithm's context
 * in itself; a digest is taken of a copy, so that the object goes on.
 */
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>

#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/module.h"
#include "runtime/modules/hashlib.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef union {
    struct md5_ctx md5;
    struct sha1_ctx sha1;
    struct sha256_ctx sha256;
    struct sha512_ctx sha512;
    struct sha3_224_ctx sha3_224;
    struct sha3_256_ctx sha3_256;
    struct sha3_384_ctx sha3_384;
    struct sha3_512_ctx sha3_512;
    struct shake_128_ctx shake_128;
} Context;

typedef struct {
    const char *name;
    const struct nettle_hash *hash;
    void (*shake)(void *context, size_t length,
                  uint8_t *digest); /* of any length; NULL: there is one length */
} Algorithm;

static const struct nettle_hash shake_128 = {
    .name = "shake_128",
    .context_size = sizeof(struct shake_128_ctx),
    .digest_size = SHAKE_128_SECURITY_SIZE,
    .block_size = SHAKE_128_BLOCK_SIZE,
    .init = shake_128_init,
    .update = shake_128_update,
    .digest = shake_128_shake,
};

static void shake_256_shake(void *context, size_t length, uint8_t *digest) {
    sha3_256_shake(context, length, digest);
}

static const Algorithm algorithms[] = {
    {"md5", &nettle_md5, NULL},
    {"sha1", &nettle_sha1, NULL},
    {"sha224", &nettle_sha224, NULL},
    {"sha256", &nettle_sha256, NULL},
    {"sha384", &nettle_sha384, NULL},
    {"sha512", &nettle_sha512, NULL},
    {"sha3_224", &nettle_sha3_224, NULL},
    {"sha3_256", &nettle_sha3_256, NULL},
    {"sha3_384", &nettle_sha3_384, NULL},
    {"sha3_512", &nettle_sha3_512, NULL},
    {"shake_128", &shake_128, shake_128_shake},
    {"shake_256", &nettle_sha3_256, shake_256_shake},
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms, DIGEST_MAX = SHA512_DIGEST_SIZE };

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
    return buffer_acquire(vm, data, BUFFER_SIMPLE, view);
}

static bool update(VM *vm, Hash *h, Value data) {
    BufferView view;
    if (!hash_acquire(vm, data, &view)) return false;
    h->algorithm->hash->update(&h->context, (size_t)view.size, view.data);
    buffer_release(vm, &view);
    return true;
}

static Hash *hash_new(VM *vm, const Algorithm *algorithm) {
    Type *type = algorithm->shake ? &hash_xof_type : &hash_type;
    Hash *h = (Hash *)object_new(vm, type, sizeof(Hash));
    if (!h) return raise_memory(vm), NULL;
    h->algorithm = algorithm;
    algorithm->hash->init(&h->context);
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
    h->algorithm->hash->digest(&context, h->algorithm->hash->digest_size, digest);
    return bytes_from(vm, digest, h->algorithm->hash->digest_size);
}

NATIVE(xof_digest) {
    int64_t length;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &length)) return ABSENT;
    if (length < 0) return raise_value(vm, "value must be positive");
    const Hash *h = as_hash(args[0]);
    Context context = h->context;
    Bytes *digest = bytes_new(vm, length);
    if (digest && length) h->algorithm->shake(&context, (size_t)length, digest->data);
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
    return (void)vm, int_small(as_hash(self)->algorithm->hash->block_size);
}
static Value get_digest_size(VM *vm, Value self) {
    const Algorithm *a = as_hash(self)->algorithm;
    return (void)vm, int_small(a->shake ? 0 : a->hash->digest_size);
}

static const GetSetDef hash_getset[] = {
    {"block_size", get_block_size, NULL, NULL},
    {"digest_size", get_digest_size, NULL, NULL},
    {"name", get_name, NULL, "algorithm name."},
    {0},
};

static const NativeDef hash_methods[] = {
    {"copy", hash_copy, "", "Return a copy of the hash object.", 0},
    {"digest", hash_digest, "", "Return the digest value as a bytes object.", 0},
    {"hexdigest", hash_hexdigest, "", "Return the digest value as a string of hexadecimal digits.", 0},
    {"update", hash_update, "obj, /", "Update this hash object's state with the provided string.", 0},
    {0},
};

static const NativeDef xof_methods[] = {
    {"digest", xof_digest, "length", "Return the digest value as a bytes object.", 0},
    {"hexdigest", xof_hexdigest, "length", "Return the digest value as a string of hexadecimal digits.", 0},
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

/* --- HMAC and PBKDF2 --- */

typedef struct {
    const struct nettle_hash *hash;
    Context outer, inner, state;
} Mac;

static void mac_update(void *context, size_t length, const uint8_t *data) {
    Mac *mac = context;
    mac->hash->update(&mac->state, length, data);
}

static void mac_digest(void *context, size_t length, uint8_t *to) {
    Mac *mac = context;
    hmac_digest(&mac->outer, &mac->inner, &mac->state, mac->hash, length, to);
}

/* A hash that may be an HMAC's. RAISES. */
static bool mac_start(VM *vm, Mac *mac, Value name, const BufferView *key) {
    const Algorithm *algorithm = algorithm_named(vm, name);
    if (!algorithm) return false;
    if (algorithm->shake) return raise_value(vm, "unsupported hash type %S", name), false;
    mac->hash = algorithm->hash;
    hmac_set_key(&mac->outer, &mac->inner, &mac->state, mac->hash, (size_t)key->size, key->data);
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
        if (ok) mac_update(&mac, (size_t)message.size, message.data);
        buffer_release(vm, &message);
    }
    buffer_release(vm, &key);
    if (!ok) return ABSENT;
    mac_digest(&mac, mac.hash->digest_size, digest);
    return bytes_from(vm, digest, mac.hash->digest_size);
}

/* One block of PBKDF2 (RFC 8018, 5.2): the exclusive or of a chain of MACs that begins with the salt and the number. */
static bool derive_block(VM *vm, Mac *mac, const BufferView *salt, uint32_t number, int64_t iterations,
                         uint8_t *block) {
    enum { ITERATIONS_A_LOOK = 1024 };
    uint8_t digest[DIGEST_MAX], counter[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                                             (uint8_t)(number >> 8), (uint8_t)number};
    size_t size = mac->hash->digest_size;
    mac_update(mac, (size_t)salt->size, salt->data);
    mac_update(mac, sizeof counter, counter);
    mac_digest(mac, size, digest);
    memcpy(block, digest, size);
    for (int64_t i = 1; i < iterations; i++) {
        mac_update(mac, size, digest);
        mac_digest(mac, size, digest);
        for (size_t k = 0; k < size; k++)
            block[k] ^= digest[k];
        if (i % ITERATIONS_A_LOOK == 0 && vm_interrupted(vm) && !vm->hooks.handle_signals(vm)) return false;
    }
    return true;
}

static Value derive(VM *vm, Value name, const BufferView *password, const BufferView *salt,
                    int64_t iterations, Value size) {
    Mac mac;
    if (!mac_start(vm, &mac, name, password)) return ABSENT;
    int64_t length = mac.hash->digest_size;
    if (value_is_given(size) && !object_to_int64(vm, size, &exc_OverflowError, &length)) return ABSENT;
    if (length < 1) return raise_value(vm, "key length must be greater than 0.");
    if (length > INT32_MAX) return raise_overflow(vm, "key length is too great.");
    Bytes *key = bytes_new(vm, length);
    uint32_t number = 1;
    for (int64_t done = 0; key && done < length; done += mac.hash->digest_size, number++) {
        uint8_t block[DIGEST_MAX];
        if (!derive_block(vm, &mac, salt, number, iterations, block)) {
            value_drop(vm, from_object(key));
            return ABSENT;
        }
        size_t rest = (size_t)(length - done), size = mac.hash->digest_size;
        memcpy(key->data + done, block, rest < size ? rest : size);
    }
    return from_object(key);
}

NATIVE(hashlib_pbkdf2_hmac) {
    BufferView password, salt;
    int64_t iterations;
    Value key = ABSENT;
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
    return bool_from(memeql_sec(a, n == m ? b : a, (size_t)n) && n == m);
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
    {#name, hashlib_##name, "string=b'', *, usedforsecurity=True", "Returns a " #name " hash object.", 0},

static const NativeDef functions[] = {
    CONSTRUCTORS(ROW) //
    {"compare_digest", hashlib_compare_digest, "a, b, /", "Return 'a == b', in constant time.", 0},
    {"hmac_digest", hashlib_hmac_digest, "key, msg, digest", "Single-shot HMAC.", 0},
    {"new", hashlib_new, "name, string=b'', *, usedforsecurity=True", "Return a new hash object.", 0},
    {"pbkdf2_hmac", hashlib_pbkdf2_hmac, "hash_name, password, salt, iterations, dklen=None",
     "Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.", 0},
    {0},
};

static const NamedType types[] = {{"HASH", &hash_type}, {"HASHXOF", &hash_xof_type}, {0}};

Value module__hashlib_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_hashlib",
                                        .doc = "Secure hashes, by Nettle.",
                                        .types = types,
                                        .functions = functions});
}
