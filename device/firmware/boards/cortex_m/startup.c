/* Start-up and faults, the same for every Cortex-M7 here. No interrupt is used; the table ends at the system
 * exceptions. Sections in the margin: Arm DDI 0403E (ARMv7-M Architecture Reference Manual). */
#include "boards/cortex_m/cortex_m.h"

#include "board.h"
#include "libc/mem.h"

extern uint32_t stack_bottom[], stack_top[]; /* all from the linker script */
extern uint32_t bss_start[], bss_end[];

#define STACK_PAINT 0xa5a5a5a5u
#define FAULT_MAGIC 0xfa017cafu
#define EXCEPTIONS 16

int main(void);
void reset_handler(void);
void fault_handler(void);
void fault_store(const uint32_t *frame);

/* Neither cleared nor loaded at start: carries the fault over the reset. After power-up the magic is not there. */
struct fault_record {
    uint32_t magic;
    uint32_t status;
    uint32_t address;
};
/* Volatile: the compiler sees no reader after the reset. */
static volatile struct fault_record __attribute__((section(".bss.noinit"))) fault_record;
static struct fault_record last_fault;

__attribute__((section(".vectors"), used)) const void *const vectors[EXCEPTIONS] = { /* B1.5.3 */
    stack_top,
    (const void *)reset_handler,
    (const void *)fault_handler, /* NMI */
    (const void *)fault_handler, /* HardFault */
    (const void *)fault_handler, /* MemManage */
    (const void *)fault_handler, /* BusFault */
    (const void *)fault_handler, /* UsageFault */
    NULL,
    NULL,
    NULL,
    NULL,
    (const void *)fault_handler, /* SVCall */
    (const void *)fault_handler, /* DebugMonitor */
    NULL,
    (const void *)fault_handler, /* PendSV */
    (const void *)fault_handler, /* SysTick */
};

void reset_handler(void)
{
    REG(SCB_VTOR) = (uint32_t)(uintptr_t)vectors; /* B3.2.5 */
    /* Paint the stack below this function's own part. */
    volatile uint32_t *sp;
    __asm volatile("mov %0, sp" : "=r"(sp));
    for (volatile uint32_t *p = stack_bottom; p < sp; p++) {
        *p = STACK_PAINT;
    }
    memset(bss_start, 0, (size_t)((uintptr_t)bss_end - (uintptr_t)bss_start));
    if (fault_record.magic == FAULT_MAGIC) {
        last_fault = fault_record;
    }
    fault_record.magic = 0;
    main();
    cortex_m_reset();
}

/* Which stack holds the frame: bit 2 of EXC_RETURN, B1.5.8. */
__attribute__((naked, used)) void fault_handler(void)
{
    __asm volatile("tst lr, #4\n"
                   "ite eq\n"
                   "mrseq r0, msp\n"
                   "mrsne r0, psp\n"
                   "ldr sp, =stack_top\n" /* the fault may be that there was no room */
                   "b fault_store\n");
}

__attribute__((used)) void fault_store(const uint32_t *frame)
{
    fault_record.magic = FAULT_MAGIC;
    fault_record.status = REG(SCB_CFSR); /* B3.2.15 */
    /* A frame that could not be stacked must not be read: STKERR, MSTKERR. */
    fault_record.address = fault_record.status & 0x1010u ? 0 : frame[6]; /* B1.5.6: return address */
    cortex_m_reset();
}

void cortex_m_reset(void)
{
    __asm volatile("dsb" ::: "memory");
    REG(SCB_AIRCR) = 0x05fa0004u; /* B3.2.6: key, SYSRESETREQ */
    __asm volatile("dsb" ::: "memory");
    for (;;) {
    }
}

uint32_t cortex_m_fault_status(void)
{
    return last_fault.status;
}

uint32_t cortex_m_fault_address(void)
{
    return last_fault.address;
}

uint32_t stack_used_bytes(void)
{
    const uint32_t *p = stack_bottom;
    while (p < stack_top && *p == STACK_PAINT) {
        p++;
    }
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)p);
}
