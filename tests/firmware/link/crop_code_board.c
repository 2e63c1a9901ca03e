/* Decodes a coded crop that is built in, for the image of emulator_board.c: command 'd' answers with cycles,
 * instructions, the status, and the sum of the rows' bytes, each times its place. */
#include "emulator_crop.h" /* static const uint8_t coded[], and SIZE: made by the test */
#include "libc/mem.h"
#include "link/crop_code.h"

#define CYCCNT (*(volatile uint32_t *)0xE0001004)
#define INSTRUCTIONS (*(volatile uint32_t *)0xE00013F0)

void put_word(uint32_t word);
int obey_more(uint8_t command);

static struct crop_code code;
static uint8_t rows[SIZE * SIZE * 3];

void *(memcpy)(void *restrict to, const void *restrict from, size_t bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (; bytes > 0; bytes--) {
        *out++ = *in++;
    }
    return to;
}

int obey_more(uint8_t command)
{
    if (command != 'd') {
        return 0;
    }
    const uint32_t cycles = CYCCNT, instructions = INSTRUCTIONS;
    uint32_t taken = 0;
    enum crop_code_status status = CROP_CODE_DAMAGED;
    if (crop_code_begin(&code, SIZE, SIZE, sizeof coded)) {
        for (uint32_t y = 0; y < SIZE; y++) {
            while ((status = crop_code_row(&code, rows + y * SIZE * 3)) == CROP_CODE_NEEDS_MORE) {
                uint8_t *at;
                const uint32_t room = crop_code_room(&code, &at);
                memcpy(at, coded + taken, room);
                taken += room;
                crop_code_added(&code, room);
            }
        }
    }
    put_word(CYCCNT - cycles);
    put_word(INSTRUCTIONS - instructions);
    put_word(status);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < sizeof rows; i++) {
        sum += rows[i] * (i + 1);
    }
    put_word(sum);
    return 1;
}
