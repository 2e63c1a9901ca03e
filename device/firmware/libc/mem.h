/* The four memory functions that the compiler may call by itself; there is no C library on a board. */
#ifndef LIBC_MEM_H
#define LIBC_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

/* In a freestanding build the names are plain functions; these let small constant sizes become single loads and
 * stores. */
#define memcpy __builtin_memcpy
#define memmove __builtin_memmove
#define memset __builtin_memset
#define memcmp __builtin_memcmp

#endif
