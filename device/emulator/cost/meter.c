/* What every executed basic block adds to the counts; native_hook.py loads it, meter.py gives it the tables. It calls
 * only through pointers and has no data of its own, so its bare machine code runs wherever it is put.
 *
 * Unicorn calls meter_block at the start of each block. A block's cost is computed once, by meter->miss (Python), and
 * kept in a table indexed by half the address. A stop is asked for by lowering meter->deadline: the engine then stops
 * before the block, which is not counted, because it has not run. */
#include <stdint.h>

#define REGIONS 4
#ifndef CALL /* the calling convention; set where code for another system is built */
#define CALL
#endif

struct entry {
    uint32_t cycles;
    uint16_t instructions;
    uint16_t size; /* bytes; 0 for a block not seen yet */
};

struct region {
    uint64_t base;
    uint64_t bytes;
    struct entry *entries;
};

struct meter {
    uint64_t cycles;
    uint64_t instructions;
    uint64_t deadline;
    uint64_t block; /* address of the block being executed */
    int(CALL *stop)(void *engine);
    void(CALL *miss)(uint64_t address, uint32_t size, struct entry *entry);
    struct region regions[REGIONS];
};

#ifdef _WIN32
__declspec(dllexport)
#endif
CALL void meter_block(void *engine, uint64_t address, uint32_t size, void *user);

CALL void meter_block(void *engine, uint64_t address, uint32_t size, void *user)
{
    struct meter *meter = user;
    if (meter->cycles >= meter->deadline) {
        (void)meter->stop(engine);
        return;
    }
    meter->block = address;
    for (unsigned i = 0; i < REGIONS; i++) {
        const struct region *region = &meter->regions[i];
        uint64_t offset = address - region->base;
        if (offset < region->bytes) {
            struct entry *entry = &region->entries[offset >> 1];
            if (entry->size != size) {
                meter->miss(address, size, entry);
            }
            meter->cycles += entry->cycles;
            meter->instructions += entry->instructions;
            return;
        }
    }
}
