/* The only hosted header the firmware's own headers ask for; Debian's compiler comes without a C library. */
#ifndef FREESTANDING_ASSERT_H
#define FREESTANDING_ASSERT_H

#define static_assert _Static_assert

#endif
