/* The Cortex-M7's packed instructions by name, and the same in plain C, so that the fast kernels run on a PC too.
 * A pair is two int16 in a word, the first in the low half. Sections: Arm DDI 0403E. */
#ifndef KERNELS_DSP_H
#define KERNELS_DSP_H

#include <stdint.h>

#include "libc/mem.h"

static inline uint32_t dsp_load(const void *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static inline void dsp_store(void *to, uint32_t word)
{
    memcpy(to, &word, sizeof word);
}

#ifdef __ARM_FEATURE_DSP
#include <arm_acle.h>

/* Pair (low half of low, low half of high). GCC 12 makes three instructions of the plain expression. */
static inline uint32_t dsp_pair_low(uint32_t low, uint32_t high) /* PKHBT, A7.7.93 */
{
    uint32_t pair;
    __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(low), "r"(high));
    return pair;
}

/* Pair (high half of low, high half of high). */
static inline uint32_t dsp_pair_high(uint32_t low, uint32_t high) /* PKHTB, A7.7.93 */
{
    uint32_t pair;
    __asm("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(high), "r"(low));
    return pair;
}

static inline uint32_t dsp_even(uint32_t bytes) /* SXTB16, A7.7.183 */
{
    return (uint32_t)__sxtb16((int8x4_t)bytes);
}

static inline uint32_t dsp_odd(uint32_t bytes) /* SXTB16 with rotation, for which there is no intrinsic */
{
    uint32_t pair;
    __asm("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}

static inline uint32_t dsp_unsigned_even(uint32_t bytes) /* UXTB16, A7.7.220 */
{
    return (uint32_t)__uxtb16((uint8x4_t)bytes);
}

static inline uint32_t dsp_unsigned_odd(uint32_t bytes)
{
    uint32_t pair;
    __asm("uxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}

static inline uint32_t dsp_sub_pairs(uint32_t a, uint32_t b) /* SSUB16, A7.7.167 */
{
    return (uint32_t)__ssub16((int16x2_t)a, (int16x2_t)b);
}

static inline int32_t dsp_dot(uint32_t a, uint32_t b, int32_t acc) /* SMLAD, A7.7.139 */
{
    return __smlad((int16x2_t)a, (int16x2_t)b, acc);
}

static inline int32_t dsp_low_high(uint32_t a, uint32_t b, int32_t acc) /* SMLABT, A7.7.138 */
{
    return __smlabt((int32_t)a, (int32_t)b, acc);
}

static inline int32_t dsp_high_low(uint32_t a, uint32_t b, int32_t acc) /* SMLATB, A7.7.138 */
{
    return __smlatb((int32_t)a, (int32_t)b, acc);
}

static inline int32_t dsp_high_product(int32_t a, int32_t b, int32_t acc) /* SMMLAR, A7.7.146 */
{
    int32_t sum;
    __asm("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
    return sum;
}

static inline int32_t dsp_high_sum(int32_t a, int32_t b, int32_t acc) /* SMMLA, A7.7.146 */
{
    int32_t sum;
    __asm("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
    return sum;
}

static inline uint32_t dsp_add_pairs(uint32_t a, uint32_t b) /* SADD16, A7.7.115 */
{
    return (uint32_t)__sadd16((int16x2_t)a, (int16x2_t)b);
}

static inline uint32_t dsp_add_bytes(uint32_t a, uint32_t b) /* QADD8, A7.7.103 */
{
    return (uint32_t)__qadd8((int8x4_t)a, (int8x4_t)b);
}

static inline uint32_t dsp_sub_bytes(uint32_t a, uint32_t b) /* QSUB8, A7.7.109 */
{
    return (uint32_t)__qsub8((int8x4_t)a, (int8x4_t)b);
}

static inline int32_t dsp_to_int8(int32_t x) /* SSAT, A7.7.152 */
{
    int32_t byte;
    __asm("ssat %0, #8, %1" : "=r"(byte) : "r"(x));
    return byte;
}

/* Both values of a pair times 2^shift; they have to fit. */
static inline uint32_t dsp_shift_pair(uint32_t pair, int32_t shift)
{
    return dsp_pair_low(pair << shift, (pair >> 16) << shift);
}

/* Four int8 values in a word; each argument fits in int8. */
static inline uint32_t dsp_bytes(int32_t a, int32_t b, int32_t c, int32_t d) /* BFI, A7.7.14: one instruction a byte */
{
    uint32_t word = (uint32_t)a;
    __asm("bfi %0, %1, #8, #8\n bfi %0, %2, #16, #8\n bfi %0, %3, #24, #8" : "+r"(word) : "r"(b), "r"(c), "r"(d));
    return word;
}

#else

static inline uint32_t dsp_pair_low(uint32_t low, uint32_t high)
{
    return (low & 0xffffu) | high << 16;
}

static inline uint32_t dsp_pair_high(uint32_t low, uint32_t high)
{
    return low >> 16 | (high & 0xffff0000u);
}

static inline int32_t dsp_low(uint32_t pair)
{
    return (int16_t)(pair & 0xffffu);
}

static inline int32_t dsp_high(uint32_t pair)
{
    return (int16_t)(pair >> 16);
}

static inline uint32_t dsp_even(uint32_t bytes)
{
    return dsp_pair_low((uint32_t)(int8_t)(bytes & 255u), (uint32_t)(int8_t)(bytes >> 16 & 255u));
}

static inline uint32_t dsp_odd(uint32_t bytes)
{
    return dsp_even(bytes >> 8);
}

static inline uint32_t dsp_unsigned_even(uint32_t bytes)
{
    return bytes & 0x00ff00ffu;
}

static inline uint32_t dsp_unsigned_odd(uint32_t bytes)
{
    return bytes >> 8 & 0x00ff00ffu;
}

static inline uint32_t dsp_sub_pairs(uint32_t a, uint32_t b)
{
    return dsp_pair_low(a - b, (a >> 16) - (b >> 16));
}

static inline int32_t dsp_wrapped(int32_t acc, int32_t product)
{
    return (int32_t)((uint32_t)acc + (uint32_t)product);
}

static inline int32_t dsp_dot(uint32_t a, uint32_t b, int32_t acc)
{
    return dsp_wrapped(dsp_wrapped(acc, dsp_low(a) * dsp_low(b)), dsp_high(a) * dsp_high(b));
}

static inline int32_t dsp_low_high(uint32_t a, uint32_t b, int32_t acc)
{
    return dsp_wrapped(acc, dsp_low(a) * dsp_high(b));
}

static inline int32_t dsp_high_low(uint32_t a, uint32_t b, int32_t acc)
{
    return dsp_wrapped(acc, dsp_high(a) * dsp_low(b));
}

static inline int32_t dsp_high_product(int32_t a, int32_t b, int32_t acc)
{
    return dsp_wrapped(acc, (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32));
}

static inline int32_t dsp_high_sum(int32_t a, int32_t b, int32_t acc)
{
    return dsp_wrapped(acc, (int32_t)(((int64_t)a * b) >> 32));
}

static inline uint32_t dsp_add_pairs(uint32_t a, uint32_t b)
{
    return dsp_pair_low(a + b, (a >> 16) + (b >> 16));
}

static inline int32_t dsp_to_int8(int32_t x)
{
    return x < -128 ? -128 : x > 127 ? 127 : x;
}

static inline uint32_t dsp_add_bytes(uint32_t a, uint32_t b)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < 32; i += 8) {
        word |= ((uint32_t)dsp_to_int8((int8_t)(a >> i & 255u) + (int8_t)(b >> i & 255u)) & 255u) << i;
    }
    return word;
}

static inline uint32_t dsp_sub_bytes(uint32_t a, uint32_t b)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < 32; i += 8) {
        word |= ((uint32_t)dsp_to_int8((int8_t)(a >> i & 255u) - (int8_t)(b >> i & 255u)) & 255u) << i;
    }
    return word;
}

static inline uint32_t dsp_shift_pair(uint32_t pair, int32_t shift)
{
    return dsp_pair_low(pair << shift, (pair >> 16) << shift);
}

static inline uint32_t dsp_bytes(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return ((uint32_t)a & 255u) | ((uint32_t)b & 255u) << 8 | ((uint32_t)c & 255u) << 16 | (uint32_t)d << 24;
}

#endif

#endif
