/* The only hosted header the firmware's own headers ask for; Debian's compiler comes without a C library. */
#ifndef LIBC_ASSERT_H
#define LIBC_ASSERT_H

#define static_assert _Static_assert

#endif
