/* The module errno: the system's error numbers by name. */
#include <errno.h>

#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/int.h"
#include "runtime/module.h"
#include "runtime/str.h"

/* In the order of names; of two names for a number the later one stands in errorcode, but for the two that are below. */
#define ERROR_NAMES \
    X(E2BIG) \
    X(EACCES) \
    X(EADDRINUSE) \
    X(EADDRNOTAVAIL) X(EADV) X(EAFNOSUPPORT) X(EAGAIN) X(EALREADY) X(EBADE) X(EBADF) X(EBADFD) X(EBADMSG) X( \
        EBADR) X(EBADRQC) X(EBADSLT) X(EBFONT) X(EBUSY) X(ECANCELED) X(ECHILD) X(ECHRNG) X(ECOMM) \
        X(ECONNABORTED) X(ECONNREFUSED) X(ECONNRESET) X(EDEADLK) X(EDEADLOCK) X(EDESTADDRREQ) X(EDOM) X( \
            EDOTDOT) X(EDQUOT) X(EEXIST) X(EFAULT) X(EFBIG) X(EHOSTDOWN) X(EHOSTUNREACH) X(EIDRM) X(EILSEQ) \
            X(EINPROGRESS) X(EINTR) X(EINVAL) X(EIO) X(EISCONN) X(EISDIR) X(EISNAM) X(EKEYEXPIRED) \
                X(EKEYREJECTED) X(EKEYREVOKED) X(EL2HLT) X(EL2NSYNC) X(EL3HLT) X(EL3RST) X(ELIBACC) \
                    X(ELIBBAD) X(ELIBEXEC) X(ELIBMAX) X(ELIBSCN) X(ELNRNG) X(ELOOP) X(EMEDIUMTYPE) X(EMFILE) \
                        X(EMLINK) X(EMSGSIZE) X(EMULTIHOP) X(ENAMETOOLONG) X(ENAVAIL) X(ENETDOWN) \
                            X(ENETRESET) X(ENETUNREACH) X(ENFILE) X(ENOANO) X(ENOBUFS) X(ENOCSI) X(ENODATA) \
                                X(ENODEV) X(ENOENT) X(ENOEXEC) X(ENOKEY) X(ENOLCK) X(ENOLINK) \
                                    X(ENOMEDIUM) X(ENOMEM) X(ENOMSG) X(ENONET) X(ENOPKG) X(ENOPROTOOPT) \
                                        X(ENOSPC) X(ENOSR) X(ENOSTR) X(ENOSYS) \
                                            X(ENOTBLK) X(ENOTCONN) X(ENOTDIR) X(ENOTEMPTY) X(ENOTNAM) X( \
                                                ENOTRECOVERABLE) X(ENOTSOCK) X(ENOTSUP) \
                                                X(ENOTTY) X(ENOTUNIQ) X(ENXIO) X(EOPNOTSUPP) X(EOVERFLOW) X( \
                                                    EOWNERDEAD) X(EPERM) X(EPFNOSUPPORT) X(EPIPE) X(EPROTO) \
                                                    X(EPROTONOSUPPORT) X(EPROTOTYPE) X(ERANGE) \
                                                        X(EREMCHG) X(EREMOTE) X(EREMOTEIO) X(ERESTART) \
                                                            X(ERFKILL) X(EROFS) \
                                                                X(ESHUTDOWN) X(ESOCKTNOSUPPORT) X(ESPIPE) \
                                                                    X(ESRCH) X(ESRMNT) X(ESTALE) X(ESTRPIPE) \
                                                                        X(ETIME) X(ETIMEDOUT) \
                                                                            X(ETOOMANYREFS) X(ETXTBSY) \
                                                                                X(EUCLEAN) X(EUNATCH) \
                                                                                    X(EUSERS) X(EWOULDBLOCK) \
                                                                                        X(EXDEV) X(EXFULL)

static bool add(VM *vm, Value dict, Value codes, const char *name, int number) {
    Value text = string_intern_c(vm, name);
    bool ok = !is_absent(text) && dict_set(vm, dict, text, int_small(number)) &&
              dict_set(vm, codes, int_small(number), text);
    value_xdrop(vm, text);
    return ok;
}

Value module_errno_new(VM *vm) {
    Value module = module_new_c(vm, "errno", "This module makes available standard errno system symbols.");
    if (is_absent(module)) return ABSENT;
    Value dict = as_module(module)->dict, codes = dict_new(vm);
    bool ok = !is_absent(codes);
#define X(name) ok = ok && add(vm, dict, codes, #name, name);
    ERROR_NAMES
    X(EDEADLOCK)
    X(EAGAIN)
    X(ENOTSUP)
#undef X
    ok = ok && dict_set_c(vm, dict, "errorcode", codes);
    value_xdrop(vm, codes);
    if (!ok) value_clear(vm, &module);
    return module;
}
