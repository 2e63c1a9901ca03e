/* Core registers that every Cortex-M7 has (Arm DDI 0403E, DDI 0489F), and what start-up offers to board.c. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stddef.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

static inline void reg_set(uint32_t address, uint32_t clear, uint32_t bits)
{
    REG(address) = (REG(address) & ~clear) | bits;
}

static inline void reg_wait(uint32_t address, uint32_t mask, uint32_t value)
{
    while ((REG(address) & mask) != value) {
    }
}

#define SCB_VTOR 0xe000ed08u /* DDI 0403E B3.2.5 */
#define SCB_AIRCR 0xe000ed0cu /* B3.2.6 */
#define SCB_CCR 0xe000ed14u /* B3.2.8 */
#define SCB_CFSR 0xe000ed28u /* B3.2.15 */
#define SCB_CCSIDR 0xe000ed80u /* B4.8.3 */
#define SCB_CSSELR 0xe000ed84u /* B4.8.5 */
#define SCB_DCISW 0xe000ef60u /* B3.2.26: by set and way */
#define SCB_ICIALLU 0xe000ef50u /* B3.2.26 */
#define DEMCR 0xe000edfcu /* C1.6.5 */
#define DWT_CTRL 0xe0001000u /* C1.8.7 */
#define DWT_CYCCNT 0xe0001004u /* C1.8.8 */
#define DWT_LAR 0xe0001fb0u /* DDI 0489F 9.2: CoreSight lock, set after reset on the M7 */

void cortex_m_reset(void) __attribute__((noreturn));
void cortex_m_caches_on(void);
void cortex_m_cycles_on(void);

/* CFSR and program counter of the fault that caused this start, 0 where there was none. */
uint32_t cortex_m_fault_status(void);
uint32_t cortex_m_fault_address(void);

#endif
