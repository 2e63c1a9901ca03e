/* Caches and the cycle counter. Sections in the margin: Arm DDI 0403E. */
#include "boards/cortex_m/cortex_m.h"

void cortex_m_caches_on(void)
{
    REG(SCB_ICIALLU) = 0; /* B3.2.26 */
    REG(SCB_CSSELR) = 0; /* B4.8.5: level 1, data */
    __asm volatile("dsb" ::: "memory");
    const uint32_t size = REG(SCB_CCSIDR); /* B4.8.3 */
    const uint32_t sets = size >> 13 & 0x7fffu;
    const uint32_t ways = size >> 3 & 0x3ffu;
    /* After reset the contents are unknown: invalidate every line. 32-byte lines: set from bit 5, way from bit 30 (4
     * ways). */
    for (uint32_t set = 0; set <= sets; set++) {
        for (uint32_t way = 0; way <= ways; way++) {
            REG(SCB_DCISW) = set << 5 | way << 30;
        }
    }
    __asm volatile("dsb\n isb" ::: "memory");
    REG(SCB_CCR) |= 1u << 17 | 1u << 16; /* B3.2.8: IC, DC */
    __asm volatile("dsb\n isb" ::: "memory");
}

void cortex_m_cycles_on(void)
{
    REG(DEMCR) |= 1u << 24; /* C1.6.5: TRCENA */
    REG(DWT_LAR) = 0xc5acce55u; /* unlock */
    REG(DWT_CYCCNT) = 0; /* C1.8.8 */
    REG(DWT_CTRL) |= 1u; /* C1.8.7: CYCCNTENA */
}
