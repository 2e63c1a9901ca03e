/* MPS2 with the AN500 image (Cortex-M7), as QEMU's machine mps2-an500 models it:
 *     qemu-system-arm -M mps2-an500 -cpu cortex-m7 -nographic -icount shift=0 -serial tcp:127.0.0.1:5555,server \
 *         -monitor none -kernel mps2_an500.elf
 * An independent check of the same kernels: it faults where silicon does. QEMU has no cycle counter; ticks are those of
 * a 25 MHz timer, and with -icount shift=0 one tick is 40 executed instructions.
 * Sections in the margin: Arm DDI 0479C (Cortex-M System Design Kit), Arm DAI 0500 (AN500). */
#include "board.h"

#include "boards/cortex_m/cortex_m.h"

#define UART0_DATA 0x40004000u /* DDI 0479C 4.3.3; DAI 0500 table 3 */
#define UART0_STATE 0x40004004u
#define UART0_CTRL 0x40004008u
#define UART0_BAUDDIV 0x40004010u
#define TIMER0_CTRL 0x40000000u /* DDI 0479C 4.1.3 */
#define TIMER0_VALUE 0x40000004u
#define TIMER0_RELOAD 0x40000008u
#define FPGAIO_LED 0x40028000u /* DAI 0500: user LEDs */

#define CLOCK_HZ 25000000u

extern const uint8_t code_start[], code_end[]; /* linker script */
static struct board_id id;

void board_init(uint32_t baud)
{
    (void)baud; /* QEMU moves bytes as fast as they come */
    if (id.clock_hz != 0) {
        return;
    }
    REG(UART0_BAUDDIV) = 16; /* 4.3.3: the least that lets the transmitter run */
    REG(UART0_CTRL) = 3; /* 4.3.3: transmit and receive */
    REG(TIMER0_RELOAD) = 0xffffffffu; /* 4.1.3 */
    REG(TIMER0_VALUE) = 0xffffffffu;
    REG(TIMER0_CTRL) = 1;
    id = (struct board_id){
        .name = "mps2_an500",
        .unique_id = {'Q', 'E', 'M', 'U', '-', 'A', 'N', '5', '0', '0'},
        .clock_hz = CLOCK_HZ,
        .code_bytes = (uint32_t)(code_end - code_start),
        .fault_status = cortex_m_fault_status(),
        .fault_address = cortex_m_fault_address(),
    };
}

void board_peek(uint32_t at, uint8_t *to, uint32_t n)
{
    (void)at; /* nothing is kept */
    (void)to;
    (void)n;
}

uint32_t board_read(uint8_t *to, uint32_t n)
{
    if (!to) {
        return REG(UART0_STATE) >> 1 & 1u; /* 4.3.3: RX buffer full */
    }
    uint32_t taken = 0;
    while (taken < n && (REG(UART0_STATE) & 2u)) {
        to[taken++] = (uint8_t)REG(UART0_DATA);
    }
    return taken;
}

void board_write(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        while (REG(UART0_STATE) & 1u) { /* 4.3.3: TX buffer full */
        }
        REG(UART0_DATA) = bytes[i];
    }
}

void board_count(struct board_count *count)
{
    *count = (struct board_count){.cycles = ~REG(TIMER0_VALUE)}; /* counts down */
}

const struct board_id *board_id(void)
{
    return &id;
}

void board_control(enum board_action action)
{
    switch (action) {
    case BOARD_DOOR_OPEN:
        REG(FPGAIO_LED) = 1;
        break;
    case BOARD_DOOR_LOCK:
        REG(FPGAIO_LED) = 2;
        break;
    case BOARD_RESET:
        cortex_m_reset();
    }
}
