/* Built with -fno-tree-loop-distribute-patterns, else these loops would become calls of themselves. */
#include <stddef.h>
#include <stdint.h>

/* A word that may alias anything and lie anywhere: Cortex-M7 loads and stores words at any address. */
typedef uint32_t __attribute__((may_alias, aligned(1))) any_word;

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

static void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (; bytes >= 16; bytes -= 16, to += 16, from += 16) {
        for (unsigned i = 0; i < 16; i += 4) {
            *(any_word *)(to + i) = *(const any_word *)(from + i);
        }
    }
    while (bytes-- > 0) {
        *to++ = *from++;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    copy_up(to, from, bytes);
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    /* Going up is safe for words too where the target lies at least a word below the source. */
    if ((uintptr_t)t + 4 <= (uintptr_t)f || (uintptr_t)t >= (uintptr_t)f + bytes) {
        copy_up(t, f, bytes);
    } else if (t < f) {
        while (bytes-- > 0) {
            *t++ = *f++;
        }
    } else {
        while (bytes-- > 0) {
            t[bytes] = f[bytes];
        }
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    uint8_t *t = to;
    const uint32_t word = 0x01010101u * (uint8_t)value;
    for (; bytes >= 4; bytes -= 4, t += 4) {
        *(any_word *)t = word;
    }
    while (bytes-- > 0) {
        *t++ = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    for (; bytes > 0; bytes--, x++, y++) {
        if (*x != *y) {
            return *x < *y ? -1 : 1;
        }
    }
    return 0;
}
