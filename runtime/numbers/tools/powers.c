/* Write the table of runtime/numbers/powers.h, exactly computed. */
#include "runtime/numbers/powers.h"

#include <gmp.h>
#include <stdio.h>

/* 10**k * 2**shift rounded up, where `shift` makes it a number of 128 bits. */
static void scale(int k, mpz_t result) {
    mpz_t power, divisor;
    mpz_init(power);
    mpz_init_set_ui(divisor, 1);
    mpz_ui_pow_ui(power, 10, (unsigned long)(k < 0 ? -k : k));
    size_t bits = mpz_sizeinbase(power, 2);
    if (k >= 0) {
        mpz_set(result, power);
        if (bits <= 128)
            mpz_mul_2exp(result, result, 128 - bits);
        else
            mpz_cdiv_q_2exp(result, result, bits - 128);
    } else { /* 2**(bits + 127) / 10**-k lies between 2**127 and 2**128, as no power of ten below 1 is one of two */
        mpz_mul_2exp(divisor, divisor, bits + 127);
        mpz_cdiv_q(result, divisor, power);
    }
    mpz_clear(power);
    mpz_clear(divisor);
}

int main(void) {
    mpz_t value, high;
    mpz_init(value);
    mpz_init(high);
    printf("#include \"runtime/numbers/powers.h\"\n\nconst Power powers_of_ten[] = {\n");
    for (int k = POWER_MIN; k <= POWER_MAX; k++) {
        scale(k, value);
        mpz_fdiv_q_2exp(high, value, 64);
        printf("    {UINT64_C(0x%016lX), ", mpz_get_ui(high));
        mpz_fdiv_r_2exp(value, value, 64);
        printf("UINT64_C(0x%016lX)},\n", mpz_get_ui(value));
    }
    printf("};\n");
    return 0;
}
