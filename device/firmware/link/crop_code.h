/* Decodes a coded crop from pieces of its bytes, a row at a time. The coding is described in device/link/crop_code.py,
 * whose decoder gives the same rows bit for bit.
 *
 * Whatever the bytes are, it reads and writes nothing but its own memory and the row it is given. */
#ifndef CROP_CODE_H
#define CROP_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define CROP_CODE_MAX_WIDTH 256u
#define CROP_CODE_PIECE_BYTES 256u
#define CROP_CODE_BEHIND_BYTES 16u /* zeros behind the last piece, read where a coding ends too early */

enum crop_code_status {
    CROP_CODE_ROW, /* a row was written; there are more */
    CROP_CODE_COMPLETE, /* the last row was written, and the coding ends behind it */
    CROP_CODE_NEEDS_MORE, /* the bytes are used up in the midst of a row: give more, and ask for the same row again */
    CROP_CODE_DAMAGED, /* too short, too long, or a first byte that no encoder writes; it stays so */
};

/* A pixel's three bytes in a word, and their v. */
struct crop_code_pixel {
    uint32_t bytes, weights;
};

struct crop_code {
    uint8_t parameters[256]; /* k by the mean of the neighbours' v */
    uint32_t width, rows_left;
    uint32_t unread_bytes; /* of the coding, not yet in `piece` */
    uint32_t at, end; /* in `piece` */
    uint32_t window; /* the next bits, from the highest down; zeros below */
    uint32_t window_bits;
    uint32_t step; /* 2 near + 1; 0: the first byte has not come */
    uint32_t x; /* the pixel that comes next */
    struct crop_code_pixel above_left; /* of that pixel, which the row has overwritten */
    bool damaged;
    /* The row above, and from the left on the row being decoded. The one behind the last repeats its weights. */
    struct crop_code_pixel row[CROP_CODE_MAX_WIDTH + 1];
    uint8_t piece[CROP_CODE_PIECE_BYTES + CROP_CODE_BEHIND_BYTES];
};

/* Before the first byte of a coding of `coded_bytes`; false where the crop is too wide or has no pixels. */
bool crop_code_begin(struct crop_code *code, uint32_t width, uint32_t height, uint32_t coded_bytes);

/* How many bytes it takes next (none after the coding's last one), and where they go. */
uint32_t crop_code_room(struct crop_code *code, uint8_t **at);

/* `n` bytes were put where crop_code_room said. */
void crop_code_added(struct crop_code *code, uint32_t n);

/* Decodes the next row into `rgb`, 3 x width bytes, which is written at ROW and COMPLETE only. */
enum crop_code_status crop_code_row(struct crop_code *code, uint8_t *rgb);

#endif
