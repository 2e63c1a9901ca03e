#include "link/crop_code.h"

#include "libc/mem.h"

#define LIMIT 8u /* zeros */
#define MAX_CODE_BITS 16u
#define PIXEL_BYTES 6u /* three codes */
#define MAX_NEAR 2u
#define MIDDLE 0x00808080u

static const uint8_t thresholds[] = {3, 7, 16, 41, 80};

/* Four bytes at a time; Arm DDI 0403E. A selection depends on the flags of the subtraction before it: one statement. */
#ifdef __ARM_FEATURE_DSP
static inline uint32_t add_bytes_saturated(uint32_t a, uint32_t b) /* UQADD8, A7.7.216 */
{
    uint32_t sum;
    __asm("uqadd8 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

static inline uint32_t mean_bytes(uint32_t a, uint32_t b) /* UHADD8, A7.7.204 */
{
    uint32_t mean;
    __asm("uhadd8 %0, %1, %2" : "=r"(mean) : "r"(a), "r"(b));
    return mean;
}

static inline uint32_t add_bytes(uint32_t a, uint32_t b) /* UADD8, A7.7.195 */
{
    uint32_t sum;
    __asm("uadd8 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b) : "cc");
    return sum;
}

static inline uint32_t sub_bytes(uint32_t a, uint32_t b) /* USUB8, A7.7.219 */
{
    uint32_t difference;
    __asm("usub8 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b) : "cc");
    return difference;
}

/* Each byte of `yes` where that of a is at least b's, else of `no`: USUB8 and SEL, A7.7.128. */
static inline uint32_t where_at_least(uint32_t a, uint32_t b, uint32_t yes, uint32_t no)
{
    uint32_t selected;
    __asm("usub8 %0, %1, %2\n\tsel %0, %3, %4" : "=&r"(selected) : "r"(a), "r"(b), "r"(yes), "r"(no) : "cc");
    return selected;
}

static inline void sort_bytes(uint32_t a, uint32_t b, uint32_t *most, uint32_t *least)
{
    uint32_t more, less;
    __asm("usub8 %0, %2, %3\n\tsel %0, %2, %3\n\tsel %1, %3, %2" : "=&r"(more), "=&r"(less) : "r"(a), "r"(b) : "cc");
    *most = more;
    *least = less;
}
#else
static inline uint32_t add_bytes(uint32_t a, uint32_t b)
{
    return ((a & 0x7f7f7f7fu) + (b & 0x7f7f7f7fu)) ^ ((a ^ b) & 0x80808080u);
}

static inline uint32_t sub_bytes(uint32_t a, uint32_t b)
{
    return ((a | 0x80808080u) - (b & 0x7f7f7f7fu)) ^ ((a ^ ~b) & 0x80808080u);
}

static inline uint32_t mean_bytes(uint32_t a, uint32_t b)
{
    return (a & b) + ((a ^ b) >> 1 & 0x7f7f7f7fu);
}

static inline uint32_t where_at_least(uint32_t a, uint32_t b, uint32_t yes, uint32_t no)
{
    uint32_t mask = 0;
    for (uint32_t byte = 0; byte < 32; byte += 8) {
        mask |= (a >> byte & 255u) >= (b >> byte & 255u) ? 255u << byte : 0u;
    }
    return (yes & mask) | (no & ~mask);
}

static inline void sort_bytes(uint32_t a, uint32_t b, uint32_t *most, uint32_t *least)
{
    *most = where_at_least(a, b, a, b);
    *least = where_at_least(a, b, b, a);
}

static inline uint32_t add_bytes_saturated(uint32_t a, uint32_t b)
{
    const uint32_t sum = add_bytes(a, b);
    return sum | where_at_least(sum, a, 0, UINT32_MAX);
}
#endif

bool crop_code_begin(struct crop_code *code, uint32_t width, uint32_t height, uint32_t coded_bytes)
{
    if (width == 0 || width > CROP_CODE_MAX_WIDTH || height == 0) {
        return false;
    }
    code->width = width;
    code->rows_left = height;
    code->unread_bytes = coded_bytes;
    code->at = code->end = 0;
    code->window = code->window_bits = 0;
    code->step = 0;
    code->x = 0;
    code->damaged = coded_bytes == 0;
    for (uint32_t x = 0; x <= width; x++) {
        code->row[x] = (struct crop_code_pixel){.bytes = MIDDLE, .weights = 0};
    }
    uint32_t parameter = 0;
    for (uint32_t around = 0; around < 256; around++) {
        while (parameter < sizeof thresholds && around >= thresholds[parameter]) {
            parameter++;
        }
        code->parameters[around] = (uint8_t)parameter;
    }
    return true;
}

uint32_t crop_code_room(struct crop_code *code, uint8_t **at)
{
    const uint32_t kept = code->at < code->end ? code->end - code->at : 0;
    if (code->unread_bytes > 0) {
        for (uint32_t i = 0; i < kept; i++) {
            code->piece[i] = code->piece[code->at + i];
        }
        code->at = 0;
        code->end = kept;
    }
    const uint32_t room = CROP_CODE_PIECE_BYTES - code->end;
    *at = code->piece + code->end;
    return room < code->unread_bytes ? room : code->unread_bytes;
}

void crop_code_added(struct crop_code *code, uint32_t n)
{
    code->end += n;
    code->unread_bytes -= n;
    if (code->unread_bytes == 0) {
        for (uint32_t i = 0; i < CROP_CODE_BEHIND_BYTES; i++) {
            code->piece[code->end + i] = 0;
        }
    }
}

struct bits {
    const uint8_t *at;
    uint32_t window, count;
};

/* The next u. */
static inline uint32_t take_code(struct bits *bits, uint32_t parameter)
{
    if (bits->count < MAX_CODE_BITS) {
        uint16_t next;
        memcpy(&next, bits->at, sizeof next);
        bits->window |= __builtin_bswap32(next) >> bits->count;
        bits->at += 2;
        bits->count += 16;
    }
    uint32_t window = bits->window;
    if (window >> (32 - LIMIT) == 0) {
        bits->window = window << MAX_CODE_BITS;
        bits->count -= MAX_CODE_BITS;
        return window << LIMIT >> 24;
    }
    const uint32_t zeros = (uint32_t)__builtin_clz(window);
    const uint32_t length = zeros + parameter + 1;
    bits->window = window << length;
    bits->count -= length;
    /* The one and the bits behind it, less what the one counts. */
    return (window >> (32 - length)) + ((zeros - 1) << parameter);
}

/* Decodes on to the end of the row; false where the bytes end before. Behind the coding's last byte stand zeros; that
 * they were used shows in `at`. */
static bool decode_row(struct crop_code *code)
{
    if (code->unread_bytes > 0 && code->end < PIXEL_BYTES) {
        return false;
    }
    struct crop_code_pixel *at = code->row + code->x;
    const struct crop_code_pixel *const row_end = code->row + code->width;
    struct crop_code_pixel left = code->x > 0 ? at[-1] : at[0];
    struct crop_code_pixel above_left = code->x > 0 ? code->above_left : at[0];
    uint32_t weights_above = at->weights;
    struct bits bits = {.at = code->piece + code->at, .window = code->window, .count = code->window_bits};
    /* A pixel never begins behind here. At the end of the coding up to 31 bits of the zeros may wait in the window. */
    const uint8_t *const last = code->piece + (code->unread_bytes > 0 ? code->end - PIXEL_BYTES : code->end + 3);
    while (at < row_end && bits.at <= last) {
        const uint32_t above = at->bytes;
        const uint32_t weights_above_right = at[1].weights;
        const uint32_t around =
            mean_bytes(mean_bytes(left.weights, weights_above), mean_bytes(above_left.weights, weights_above_right));
        uint32_t u = take_code(&bits, code->parameters[around & 255u]);
        u |= take_code(&bits, code->parameters[around >> 8 & 255u]) << 8;
        u |= take_code(&bits, code->parameters[around >> 16 & 255u]) << 16;

        uint32_t most, least;
        sort_bytes(left.bytes, above, &most, &least);
        uint32_t predicted = sub_bytes(add_bytes(left.bytes, above), above_left.bytes);
        predicted = where_at_least(above_left.bytes, most, least, predicted);
        predicted = where_at_least(least, above_left.bytes, most, predicted);
        const uint32_t odd = u & 0x00010101u;
        left.bytes = add_bytes(predicted, (u >> 1 & 0x007f7f7fu) ^ ((odd << 8) - odd));
        left.weights = add_bytes_saturated(u, u);

        above_left.bytes = above;
        above_left.weights = weights_above;
        weights_above = weights_above_right;
        *at++ = left;
    }
    code->x = (uint32_t)(at - code->row);
    code->above_left = above_left;
    code->at = (uint32_t)(bits.at - code->piece);
    code->window = bits.window;
    code->window_bits = bits.count;
    return at == row_end;
}

/* Red, green and blue of a decoded pixel, in a word. */
static inline uint32_t colours(const struct crop_code_pixel *pixel, uint32_t step)
{
    const uint32_t green = pixel->bytes >> 8 & 255u;
    const uint32_t quantised = add_bytes(pixel->bytes ^ 0x00800080u, green | green << 16);
    return step == 1 ? quantised : ((quantised & 0x00ff00ffu) * step & 0x00ff00ffu) | (green * step & 255u) << 8;
}

/* The row that was decoded, four pixels in three words. */
static void write_row(const struct crop_code *code, uint8_t *rgb)
{
    const uint32_t step = code->step;
    const struct crop_code_pixel *at = code->row, *const row_end = at + code->width;
    for (; row_end - at >= 4; at += 4) {
        const uint32_t first = colours(at, step), second = colours(at + 1, step);
        const uint32_t third = colours(at + 2, step), fourth = colours(at + 3, step);
        const uint32_t words[3] = {first | second << 24, second >> 8 | third << 16, third >> 16 | fourth << 8};
        memcpy(rgb, &words[0], 4);
        memcpy(rgb + 4, &words[1], 4);
        memcpy(rgb + 8, &words[2], 4);
        rgb += 12;
    }
    for (; at < row_end; at++) {
        const uint32_t colour = colours(at, step);
        *rgb++ = (uint8_t)colour;
        *rgb++ = (uint8_t)(colour >> 8);
        *rgb++ = (uint8_t)(colour >> 16);
    }
}

/* Whether nothing is left but the zeros that fill the last byte. The difference is huge where bits are missing. */
static bool ends(const struct crop_code *code)
{
    const uint32_t unused_bits = code->window_bits + 8 * code->end - 8 * code->at;
    return code->unread_bytes == 0 && unused_bits < 8 && code->window == 0;
}

enum crop_code_status crop_code_row(struct crop_code *code, uint8_t *rgb)
{
    if (code->damaged || code->rows_left == 0) {
        return CROP_CODE_DAMAGED;
    }
    if (code->step == 0) {
        if (code->end == 0) {
            return CROP_CODE_NEEDS_MORE;
        }
        const uint32_t near = code->piece[code->at++];
        code->step = 2 * near + 1;
        code->damaged = near > MAX_NEAR;
    }
    if (!code->damaged && !decode_row(code)) {
        if (code->unread_bytes > 0) {
            return CROP_CODE_NEEDS_MORE;
        }
        code->damaged = true;
    }
    if (code->damaged) {
        return CROP_CODE_DAMAGED;
    }
    write_row(code, rgb);
    code->x = 0;
    code->row[code->width].weights = code->row[code->width - 1].weights;
    code->rows_left--;
    code->damaged = code->rows_left == 0 && !ends(code);
    return code->damaged ? CROP_CODE_DAMAGED : code->rows_left > 0 ? CROP_CODE_ROW : CROP_CODE_COMPLETE;
}
