#include "block/block.h"

#include <stddef.h>

#include "block/parts.h"
#include "kernels/m7.h"

#define MAX_HEIGHT 1024 /* so that no size below passes 31 bits */

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

bool block_fits(const struct block *block)
{
    const struct kernel_layer *e = &block->expand, *d = &block->depthwise, *p = &block->project;
    const bool project = p->kernel_h == 1 && p->kernel_w == 1 && p->in_c % 8 == 0 && p->in_c <= BLOCK_MAX_K &&
                         p->out_c % BLOCK_QUAD == 0 && block->rows > 0;
    if (!block->has_expand) {
        return project && !block->has_add && p->in_h <= MAX_HEIGHT && p->in_w <= MAX_HEIGHT;
    }
    const bool stem = block_is_stem(e) && e->stride_h <= 3 && e->in_h <= MAX_HEIGHT && e->in_w <= MAX_HEIGHT;
    const bool plain = e->kernel_h == 1 && e->kernel_w == 1 && e->stride_h == 1 && e->stride_w == 1 &&
                       e->in_c % 8 == 0 && e->in_c <= BLOCK_MAX_K && e->in_h == e->out_h && e->in_w == e->out_w;
    const int32_t s = d->stride_h;
    const bool depthwise = d->in_h <= MAX_HEIGHT && block->rows <= MAX_HEIGHT && d->kernel_h == 3 && d->kernel_w == 3 &&
                           (s == 1 || s == 2) && d->stride_w == s && d->pad_top <= 1 &&
                           d->pad_left == (s == 1 ? 1 : 0) && d->out_w == (s == 1 ? d->in_w : (d->in_w + 1) / 2) &&
                           round_up(d->in_w, 2) / 2 + 2 <= 58 && (s == 1 || d->in_w % 2 == 0);
    const bool chained = e->out_h == d->in_h && e->out_w == d->in_w && e->out_c == d->in_c && d->out_h == p->in_h &&
                         d->out_w == p->in_w && d->out_c == p->in_c;
    const bool added = !block->has_add ||
                       (block->add.out_h == p->out_h && block->add.out_w == p->out_w && block->add.out_c == p->out_c);
    return project && (stem || plain) && depthwise && chained && added;
}

static int32_t in_rows(const struct block *block)
{
    return (block->rows - 1) * block->depthwise.stride_h + 3;
}

/* Whether the projection cannot be written where it belongs at once. */
static bool staged(const struct block *block)
{
    return block->has_add || block->project.out_w % 2 != 0;
}

struct block_sizes block_sizes(const struct block *block)
{
    const struct kernel_layer *p = &block->project;
    const int32_t out_w = round_up(p->out_w, 2);
    if (!block->has_expand) {
        return (struct block_sizes){.tile = (uint32_t)(round_up(p->in_h * p->in_w, 2) * 2 * p->in_c)};
    }
    const struct kernel_layer *d = &block->depthwise;
    const int32_t in_w = round_up(d->in_w, 2);
    const int32_t fresh = smaller(larger(in_rows(block) - d->pad_top, block->rows * d->stride_h), d->in_h);
    return (struct block_sizes){
        .tables = block->has_add ? 4u * M7_ADD_WORDS : 0,
        .tile = (uint32_t)(fresh * in_w * 2 * block_tile_k(block_k(&block->expand))),
        .planes = (uint32_t)(in_rows(block) * BLOCK_QUAD * block_pitch(d->in_w) * 4),
        .carry = block->rows < d->out_h ? (uint32_t)((3 - d->stride_h) * d->in_c * in_w * 2) : 0,
        .products = (uint32_t)(block->rows * out_w * 2 * d->out_c),
        .strip = staged(block) ? (uint32_t)round_up(block->rows * out_w * p->out_c, 4) : 0,
        .window = block_is_stem(&block->expand)
                      ? (uint32_t)round_up(((fresh - 1) * block->expand.stride_h + 3) * block->expand.in_w * 3, 4)
                      : 0,
    };
}

/* Everything about one strip that does not depend on the channel. */
struct strip {
    int32_t first; /* output row */
    int32_t rows;
    int32_t top; /* input row of the planes' first row; below 0 in padding */
    int32_t kept; /* of the planes' rows, brought by carry */
    int32_t fresh, fresh_rows; /* input rows to expand */
};

static struct strip strip_at(const struct block *block, int32_t first)
{
    const struct kernel_layer *d = &block->depthwise;
    const int32_t rows = smaller(block->rows, d->out_h - first);
    const int32_t top = first * d->stride_h - d->pad_top;
    const int32_t kept = first > 0 ? 3 - d->stride_h : 0;
    const int32_t fresh = larger(top + kept, 0);
    const int32_t end = smaller(top + (rows - 1) * d->stride_h + 3, d->in_h);
    return (struct strip){first, rows, top, kept, fresh, larger(end - fresh, 0)};
}

static void fill(uint32_t *to, int32_t words, uint32_t value)
{
    for (int32_t i = 0; i < words; i++) {
        to[i] = value;
    }
}

/* Padding around the planes: what counts as the input there is the depthwise layer's zero point. Expanding leaves it
 * alone. */
static void pad(const struct block *block, uint32_t *planes, const struct strip *s)
{
    const struct kernel_layer *d = &block->depthwise;
    const int32_t pitch = block_pitch(d->in_w);
    const uint32_t outside = dsp_pair_low((uint32_t)d->in_zp, (uint32_t)d->in_zp);
    const int32_t row_words = BLOCK_QUAD * pitch;
    const int32_t needed = (s->rows - 1) * d->stride_h + 3;
    for (int32_t r = 0; r < needed; r++) {
        uint32_t *row = planes + r * row_words;
        if (s->top + r < 0 || s->top + r >= d->in_h) {
            fill(row, row_words, outside);
        }
        for (int32_t c = 0; c < BLOCK_QUAD; c++) {
            row[c * pitch] = outside;
            row[c * pitch + round_up(d->in_w, 2) / 2 + 1] = outside;
        }
    }
}

/* `rows` rows of `words`, a multiple of 8, the rows so many words apart. LDM and STM move two registers a cycle, where
 * the compiler takes two instructions a word: 600,000 cycles a crop instead of 300,000. */
static void copy_rows(uint32_t *to, const uint32_t *from, int32_t rows, int32_t words, int32_t to_step,
                      int32_t from_step)
{
    for (; rows > 0; rows--, to += to_step - words, from += from_step - words) {
        for (int32_t left = words; left > 0; left -= 8) {
#ifdef __ARM_FEATURE_DSP
            __asm volatile("ldmia %1!, {r2, r3, r4, r5, r6, r8, r9, r10}\n stmia %0!, {r2, r3, r4, r5, r6, r8, r9, r10}"
                           : "+r"(to), "+r"(from)
                           :
                           : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "memory");
#else
            memcpy(to, from, 32);
            to += 8;
            from += 8;
#endif
        }
    }
}

/* The pixels of `rows` rows of planes to or from a packed copy. */
static void carry(const struct block *block, uint32_t *planes, uint32_t *packed, int32_t rows, bool out)
{
    const int32_t pitch = block_pitch(block->depthwise.in_w);
    const int32_t words = round_up(block->depthwise.in_w, 2) / 2;
    uint32_t *row = planes + 1;
    const int32_t count = rows * BLOCK_QUAD;
    if (words % 8 == 0) {
        copy_rows(out ? packed : row, out ? row : packed, count, words, out ? words : pitch, out ? pitch : words);
        return;
    }
    for (int32_t r = 0; r < count; r++, packed += words, row += pitch) {
        for (int32_t i = 0; i < words; i++) {
            if (out) {
                packed[i] = row[i];
            } else {
                row[i] = packed[i];
            }
        }
    }
}

/* The strip's projection to where it belongs. */
static void finish(const struct block *block, const int32_t *tables, const int8_t *strip, const struct strip *s)
{
    const struct kernel_layer *p = &block->project;
    const int32_t row_bytes = p->out_w * p->out_c;
    const int32_t strip_bytes = round_up(p->out_w, 2) * p->out_c;
    for (int32_t y = 0; y < s->rows; y++, strip += strip_bytes) {
        const int32_t at = (s->first + y) * row_bytes;
        if (block->has_add) {
            struct kernel_layer row = block->add;
            const bool first = block->add.in == NULL;
            row.in = first ? strip : block->add.in + at;
            row.in2 = first ? block->add.in2 + at : strip;
            row.out = block->add.out + at;
            row.in_h = row.out_h = 1;
            m7_add_row(&row, tables);
        } else {
            memcpy(p->out + at, strip, (size_t)row_bytes);
        }
    }
}

static void nothing(void *context, uint32_t part)
{
    (void)context;
    (void)part;
}

/* Of a stem's crop, rows [expand.in_top, end) are in the window; more are taken as strips need them. */
struct crop {
    uint8_t *window;
    int32_t end;
};

static bool take_rows(const struct block *block, struct kernel_layer *stem, struct crop *crop, const struct strip *s)
{
    if (s->fresh_rows == 0) {
        return true;
    }
    const int32_t row_bytes = stem->in_w * 3;
    const int32_t top = larger(s->fresh * stem->stride_h - stem->pad_top, 0);
    const int32_t end = smaller((s->fresh + s->fresh_rows - 1) * stem->stride_h - stem->pad_top + 3, stem->in_h);
    const int32_t kept = larger(crop->end - top, 0);
    memmove(crop->window, crop->window + (crop->end - kept - stem->in_top) * row_bytes, (size_t)(kept * row_bytes));
    stem->in_top = crop->end - kept;
    for (; crop->end < end; crop->end++) {
        if (!block->next(block->source, crop->window + (crop->end - stem->in_top) * row_bytes, (uint32_t)row_bytes)) {
            return false;
        }
    }
    return true;
}

/* Rows that no output depends on are taken too, so that the source is at its end. */
static bool take_rest(const struct block *block, struct crop *crop)
{
    for (; crop->end < block->expand.in_h; crop->end++) {
        if (!block->next(block->source, crop->window, (uint32_t)(block->expand.in_w * 3))) {
            return false;
        }
    }
    return true;
}

static bool run_strips(const struct block *block, block_step *step, void *context)
{
    const struct kernel_layer *d = &block->depthwise;
    const struct block_sizes sizes = block_sizes(block);
    int32_t *tables = (int32_t *)(void *)block->scratch;
    uint32_t *tile = (uint32_t *)(void *)block->scratch + sizes.tables / 4;
    uint32_t *planes = tile + sizes.tile / 4;
    uint32_t *carried = planes + sizes.planes / 4;
    uint32_t *products = carried + sizes.carry / 4;
    int8_t *strip = (int8_t *)(products + sizes.products / 4);
    struct kernel_layer expand = block->expand;
    const bool stem = block_is_stem(&expand);
    struct crop crop = {.window = (uint8_t *)strip + sizes.strip};
    if (stem) {
        expand.in = (const int8_t *)crop.window;
    }
    const int32_t row_words = BLOCK_QUAD * block_pitch(d->in_w);
    const int32_t pairs = round_up(d->out_w, 2) / 2;
    if (block->has_add) {
        m7_add_tables(&block->add, tables);
    }
    for (int32_t first = 0; first < d->out_h; first += block->rows) {
        const struct strip s = strip_at(block, first);
        const int32_t keep = first + s.rows < d->out_h ? 3 - d->stride_h : 0;
        step(context, 0);
        pad(block, planes, &s);
        if (stem && !take_rows(block, &expand, &crop, &s)) {
            return false;
        }
        block_tile(tile, &expand, s.fresh, s.fresh_rows);
        for (int32_t c = 0; c < d->in_c; c += BLOCK_QUAD) {
            uint32_t *mine = carried + c / BLOCK_QUAD * (int32_t)(sizes.carry / (uint32_t)d->in_c);
            step(context, 0);
            carry(block, planes, mine, s.kept, false);
            block_expand(planes + (s.fresh - s.top) * row_words, tile, &expand, c, s.fresh, s.fresh_rows);
            step(context, 1);
            /* Channels c to c + 3 are the even pair's and the odd pair's halves of quad c / 4: see block/tile.c. */
            block_depthwise((uint16_t *)(void *)(products + c), planes, d, c, s.rows);
            carry(block, planes + s.rows * d->stride_h * row_words, mine, keep, true);
        }
        step(context, 2);
        int8_t *const out = block->project.out + first * block->project.out_w * block->project.out_c;
        block_project(staged(block) ? strip : out, products, &block->project, s.rows * pairs);
        if (staged(block)) {
            step(context, block->has_add ? 3 : 2);
            finish(block, tables, strip, &s);
        }
    }
    return !stem || take_rest(block, &crop);
}

bool block_run(const struct block *block, block_step *step, void *context)
{
    block_step *const told = step ? step : nothing;
    if (block->has_expand) {
        return run_strips(block, told, context);
    }
    const struct kernel_layer *p = &block->project;
    uint32_t *tile = (uint32_t *)(void *)block->scratch;
    told(context, 0);
    block_plain_tile(tile, p);
    block_project(p->out, tile, p, round_up(p->in_h * p->in_w, 2) / 2);
    return true;
}
