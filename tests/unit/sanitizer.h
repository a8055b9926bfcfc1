#ifndef MPY_TESTS_SANITIZER_H
#define MPY_TESTS_SANITIZER_H

/* Does AddressSanitizer watch? It needs memory and addresses itself, which some tests take away. */
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#define UNDER_ASAN __has_feature(address_sanitizer)
#else
#define UNDER_ASAN 0
#endif

#endif
