/* Int8 inputs and weights as the int16 pairs that SMLAD wants.
 *
 * A word of four bytes (0 1 2 3) becomes the pairs (0 2) and (1 3), on both sides of the product.
 *     tile:    for every 2 pixels a, b, for every 4 inputs: (a 0 2) (b 0 2) (a 1 3) (b 1 3)
 *     weights: for every 4 inputs: (0 2) of channels 0 to 3, (1 3) of channels 0 to 3; in flash the 16 bytes stand
 *              together
 * A row of an odd width is filled up with a copy of its last pixel. k is filled up to a multiple of 8 with zero
 * weights; what the tile holds there does not matter.
 *
 * The expanding layer's tile holds (x + 128) * 2^left_shift, left_shift up to 7: without a sign the two halves of a
 * word can be shifted together, and the bias allows for the 128. Its weights are the upper halves of the int16, which
 * takes one AND a pair: 2^8 of the factor that its sums need (block/expand.c), or 2^7 in the few quads whose sums
 * would not bear it.
 *
 * A 3x3x3 stem reads the crop as it came, uint8, which are its inputs + 128 already. Its 27 inputs stand in the order:
 * bytes 0 to 7 of each of the kernel's three rows, then the ninth bytes of rows 0, 2, 1, and nothing. */
#include "block/parts.h"
#include "kernels/m7.h"

#define LOW_BYTES 0x00ff00ffu
#define HIGH_BYTES 0xff00ff00u

static void tile_row(uint32_t *to, const int8_t *row, int32_t width, int32_t k, int32_t shift)
{
    const int32_t down = 8 - shift;
    for (int32_t x = 0; x < width; x += 2, row += 2 * k) {
        const int8_t *a = row;
        const int8_t *b = x + 1 < width ? row + k : row;
        for (const int8_t *const end = a + k; a != end; a += 4, b += 4, to += 4) {
            const uint32_t wa = dsp_load(a) ^ 0x80808080u, wb = dsp_load(b) ^ 0x80808080u;
            to[0] = (wa & LOW_BYTES) << shift;
            to[1] = (wb & LOW_BYTES) << shift;
            to[2] = (wa & HIGH_BYTES) >> down;
            to[3] = (wb & HIGH_BYTES) >> down;
        }
    }
}

/* Eight bytes of one row of the kernel, of one pixel of a pair. */
static inline __attribute__((always_inline)) void stem_eight(uint32_t *to, const uint8_t *from, int32_t shift)
{
    const uint32_t first = dsp_load(from), second = dsp_load(from + 4);
    to[0] = (first & LOW_BYTES) << shift;
    to[2] = (first & HIGH_BYTES) >> (8 - shift);
    to[4] = (second & LOW_BYTES) << shift;
    to[6] = (second & HIGH_BYTES) >> (8 - shift);
}

/* One pixel of a pair (`to` at its first word) from the three rows under the kernel. */
static inline __attribute__((always_inline)) void stem_pixel(uint32_t *to, const uint8_t *r0, const uint8_t *r1,
                                                             const uint8_t *r2, int32_t shift)
{
    stem_eight(to, r0, shift);
    stem_eight(to + 8, r1, shift);
    stem_eight(to + 16, r2, shift);
    to[24] = ((uint32_t)r0[8] | (uint32_t)r1[8] << 16) << shift;
    to[26] = (uint32_t)r2[8] << shift;
}

/* A pixel whose kernel reaches beyond the edges. */
static void stem_edge(uint32_t *to, const struct kernel_layer *l, int32_t y, int32_t x)
{
    uint8_t patch[3][12];
    memset(patch, l->in_zp + 128, sizeof patch);
    for (int32_t r = 0; r < 3; r++) {
        const bool inside = y + r >= 0 && y + r < l->in_h;
        const int8_t *from = l->in + ((y + r - l->in_top) * l->in_w + x) * 3;
        for (int32_t c = 0; inside && c < 3; c++) {
            if (x + c >= 0 && x + c < l->in_w) {
                memcpy(patch[r] + 3 * c, from + 3 * c, 3);
            }
        }
    }
    stem_pixel(to, patch[0], patch[1], patch[2], l->left_shift);
}

static void stem_row(uint32_t *to, const struct kernel_layer *l, int32_t y)
{
    const int32_t top = y * l->stride_h - l->pad_top;
    const bool whole = top >= 0 && top + 3 <= l->in_h;
    const uint8_t *r0 = (const uint8_t *)l->in + (top - l->in_top) * l->in_w * 3;
    const uint8_t *r1 = r0 + l->in_w * 3, *r2 = r1 + l->in_w * 3;
    const int32_t words = BLOCK_STEM_K; /* of a pixel pair */
    const int32_t width = round_up(l->out_w, 2);
    const int32_t shift = l->left_shift;
    int32_t x = 0;
    if (whole && l->stride_w == 2 && l->pad_left == 0) {
        for (; 2 * (x + 1) + 3 <= l->in_w; x += 2, to += words, r0 += 12, r1 += 12, r2 += 12) {
            stem_pixel(to, r0, r1, r2, shift);
            stem_pixel(to + 1, r0 + 6, r1 + 6, r2 + 6, shift);
        }
    }
    for (; x < width; x++) {
        stem_edge(to + (x & 1), l, top, (x < l->out_w ? x : x - 1) * l->stride_w - l->pad_left);
        to += (x & 1) != 0 ? words : 0;
    }
}

void block_tile(uint32_t *tile, const struct kernel_layer *l, int32_t first, int32_t rows)
{
    const int32_t k = block_k(l);
    const int32_t row_words = round_up(l->out_w, 2) / 2 * block_tile_k(k);
    for (int32_t y = first; y < first + rows; y++, tile += row_words) {
        if (l->kernel_h == 3) {
            stem_row(tile, l, y);
        } else {
            tile_row(tile, l->in + y * l->in_w * k, l->in_w, k, l->left_shift);
        }
    }
}

void block_plain_tile(uint32_t *tile, const struct kernel_layer *l)
{
    const int32_t k = l->in_c;
    const int32_t pixels = l->in_h * l->in_w;
    const int8_t *row = l->in;
    for (int32_t p = 0; p < pixels; p += 2, row += 2 * k) {
        const int8_t *a = row;
        const int8_t *b = p + 1 < pixels ? row + k : row;
        for (const int8_t *const end = a + k; a != end; a += 4, b += 4, tile += 4) {
            const uint32_t wa = dsp_load(a), wb = dsp_load(b);
            tile[0] = dsp_even(wa);
            tile[1] = dsp_even(wb);
            tile[2] = dsp_odd(wa);
            tile[3] = dsp_odd(wb);
        }
    }
}

static uint32_t *weights_begin(int32_t k)
{
    return M7_WEIGHTS + M7_WEIGHTS_WORDS - BLOCK_QUAD * block_tile_k(k) / 2;
}

static uint32_t *filled_up(uint32_t *begin, uint32_t *to)
{
    for (; to != M7_WEIGHTS + M7_WEIGHTS_WORDS; to++) {
        *to = 0;
    }
    return begin;
}

#ifdef __ARM_FEATURE_DSP

/* Four words by one LDM, eight by one STM: 11 instructions for 16 weights, where GCC 12 takes 25 for the C below. */
static inline __attribute__((always_inline)) void split_sixteen(uint32_t **to, const int8_t **from)
{
    __asm volatile("ldmia %[from]!, {r2, r3, r4, r5}\n"
                   "sxtb16 r6, r2, ror #8\n sxtb16 r2, r2\n sxtb16 r8, r3, ror #8\n sxtb16 r3, r3\n"
                   "sxtb16 r9, r4, ror #8\n sxtb16 r4, r4\n sxtb16 r10, r5, ror #8\n sxtb16 r5, r5\n"
                   "stmia %[to]!, {r2, r3, r4, r5, r6, r8, r9, r10}\n"
                   : [to] "+r"(*to), [from] "+r"(*from)
                   :
                   : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "memory");
}

#define RAISE                                                                                                          \
    "ldmia %[from]!, {r4, r5, r6, r8}\n"                                                                               \
    "and r9, r4, %[high]\n and r4, %[high], r4, lsl #8\n and r10, r5, %[high]\n and r5, %[high], r5, lsl #8\n"         \
    "and r11, r6, %[high]\n and r6, %[high], r6, lsl #8\n and r12, r8, %[high]\n and r8, %[high], r8, lsl #8\n"
#define HALVE                                                                                                          \
    "shadd16 r4, r4, %[zero]\n shadd16 r5, r5, %[zero]\n shadd16 r6, r6, %[zero]\n shadd16 r8, r8, %[zero]\n"          \
    "shadd16 r9, r9, %[zero]\n shadd16 r10, r10, %[zero]\n shadd16 r11, r11, %[zero]\n shadd16 r12, r12, %[zero]\n"
#define STORE_EIGHT "stmia %[to]!, {r4, r5, r6, r8, r9, r10, r11, r12}\n"

/* Two ANDs pair where two SXTB16 do not. */
static inline __attribute__((always_inline)) void raise_sixteen(uint32_t **to, const int8_t **from, const bool halved)
{
    if (halved) {
        __asm volatile(RAISE HALVE STORE_EIGHT
                       : [to] "+r"(*to), [from] "+r"(*from)
                       : [high] "r"(HIGH_BYTES), [zero] "r"(0)
                       : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "memory");
    } else {
        __asm volatile(RAISE STORE_EIGHT
                       : [to] "+r"(*to), [from] "+r"(*from)
                       : [high] "r"(HIGH_BYTES)
                       : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "memory");
    }
}

#else

static inline void split_sixteen(uint32_t **to, const int8_t **from)
{
    for (int32_t c = 0; c < BLOCK_QUAD; c++) {
        const uint32_t bytes = dsp_load(*from + 4 * c);
        (*to)[c] = dsp_even(bytes);
        (*to)[4 + c] = dsp_odd(bytes);
    }
    *to += 8;
    *from += 16;
}

/* Both values of a pair by 2, rounded down. */
static uint32_t half_of(uint32_t pair)
{
    return dsp_pair_low((uint32_t)((int32_t)(pair << 16) >> 17), (uint32_t)((int32_t)pair >> 17));
}

static inline void raise_sixteen(uint32_t **to, const int8_t **from, const bool halved)
{
    for (int32_t c = 0; c < BLOCK_QUAD; c++) {
        const uint32_t bytes = dsp_load(*from + 4 * c);
        const uint32_t even = bytes << 8 & HIGH_BYTES, odd = bytes & HIGH_BYTES;
        (*to)[c] = halved ? half_of(even) : even;
        (*to)[4 + c] = halved ? half_of(odd) : odd;
    }
    *to += 8;
    *from += 16;
}

#endif

uint32_t *block_weights(const int8_t *weights, int32_t k)
{
    uint32_t *to = weights_begin(k);
    for (const int8_t *const end = weights + BLOCK_QUAD * k; weights != end;) {
        split_sixteen(&to, &weights);
    }
    return filled_up(weights_begin(k), to);
}

uint32_t *block_high_weights(const int8_t *weights, int32_t k, int32_t shift)
{
    uint32_t *to = weights_begin(k);
    int32_t left = k / 4;
    if (shift == BLOCK_WEIGHT_SHIFT) {
        for (; left > 0; left--) {
            raise_sixteen(&to, &weights, false);
        }
    } else {
        for (; left > 0; left--) {
            raise_sixteen(&to, &weights, true);
        }
    }
    return filled_up(weights_begin(k), to);
}
