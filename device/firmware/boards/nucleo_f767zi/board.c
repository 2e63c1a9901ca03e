/* NUCLEO-F767ZI (MB1137): STM32F767ZI at 216 MHz, the ST-LINK's virtual COM port on USART3 (PD8, PD9).
 *
 * Flash it by copying the .bin to the drive that the ST-LINK shows. LD1 (green, PB0) is the open door, LD3 (red, PB14)
 * the locked one. All waiting is polling; received bytes go by DMA into a ring, so that a crop arrives while the last
 * one computes.
 * Sections in the margin: RM0410 (reference manual of STM32F76xxx and F77xxx). */
#include "board.h"

#include "boards/cortex_m/cortex_m.h"
#include "boards/stm32/uart_ring.h"
#include "libc/mem.h"

#define RCC_CR 0x40023800u /* 5.3.1 */
#define RCC_PLLCFGR 0x40023804u /* 5.3.2 */
#define RCC_CFGR 0x40023808u /* 5.3.3 */
#define RCC_AHB1ENR 0x40023830u /* 5.3.10 */
#define RCC_APB1ENR 0x40023840u /* 5.3.13 */
#define PWR_CR1 0x40007000u /* 4.4.1 */
#define PWR_CSR1 0x40007004u /* 4.4.2 */
#define FLASH_ACR 0x40023c00u /* 3.7.1 */
#define GPIOB 0x40020400u /* 2.2.2: memory map */
#define GPIOD 0x40020c00u
#define GPIO_MODER 0x00u /* 6.4.1 */
#define GPIO_OSPEEDR 0x08u /* 6.4.3 */
#define GPIO_PUPDR 0x0cu /* 6.4.4 */
#define GPIO_BSRR 0x18u /* 6.4.7 */
#define GPIO_AFRH 0x24u /* 6.4.10 */
#define DMA1 0x40026000u /* 2.2.2 */
#define USART3 0x40004800u /* 2.2.2 */
#define UNIQUE_ID 0x1ff0f420u /* 45.1 */

#define CLOCK_HZ 216000000u
#define USART_CLOCK_HZ 54000000u /* APB1 = SYSCLK / 4 */
#define USART3_RX_CHANNEL (4u << 25) /* 8.3.4, table of DMA1 requests: channel 4; 8.5.5 */
#define HSE_TRIES 100000u /* some 50 ms at 16 MHz: the ST-LINK's 8 MHz is there at once or not at all */

/* The virtual board's counter of executed instructions; on silicon the address is reserved and not touched. */
#define VIRTUAL_INSTRUCTIONS 0xe00013f0u

/* In DTCM: never cached, so what DMA wrote is what is read (2.1: AHBS). */
static uint8_t __attribute__((section(".bss.ring"))) ring_bytes[UART_RING_BYTES];
static struct uart_ring uart;
static bool running;
static struct board_id id;

extern const uint8_t code_start[], code_end[]; /* linker script */

static void clocks_on(void)
{
    reg_set(RCC_CR, 0, 1u << 18); /* 5.3.1: HSEBYP, the ST-LINK's clock output drives OSC_IN */
    reg_set(RCC_CR, 0, 1u << 16); /* 5.3.1: HSEON */
    uint32_t tries = HSE_TRIES;
    while (!(REG(RCC_CR) & 1u << 17) && --tries > 0) { /* 5.3.1: HSERDY */
    }
    const uint32_t hse = tries > 0 ? 1u : 0u;
    reg_set(RCC_APB1ENR, 0, 1u << 28); /* 5.3.13: PWREN */
    reg_set(PWR_CR1, 0, 3u << 14); /* 4.4.1: VOS scale 1, taken up when the PLL starts */
    /* 5.3.2: 2 MHz into the VCO (8 / 4 or 16 / 8), times 216 = 432, P = 2 gives 216 MHz, Q = 9 gives 48 MHz */
    REG(RCC_PLLCFGR) = 2u << 28 | 9u << 24 | hse << 22 | 0u << 16 | 216u << 6 | (hse ? 4u : 8u);
    reg_set(RCC_CR, 0, 1u << 24); /* 5.3.1: PLLON */
    reg_set(PWR_CR1, 0, 1u << 16); /* 4.1.4, 4.4.1: over-drive on */
    reg_wait(PWR_CSR1, 1u << 16, 1u << 16); /* 4.4.2: ODRDY */
    reg_set(PWR_CR1, 0, 1u << 17); /* 4.4.1: ODSWEN */
    reg_wait(PWR_CSR1, 1u << 17, 1u << 17); /* 4.4.2: ODSWRDY */
    reg_wait(RCC_CR, 1u << 25, 1u << 25); /* 5.3.1: PLLRDY */
    reg_set(FLASH_ACR, 0xfu, 7u | 1u << 8 | 1u << 9); /* 3.3.2: 7 wait states; 3.7.1: PRFTEN, ARTEN */
    reg_wait(FLASH_ACR, 0xfu, 7u);
    reg_set(RCC_CFGR, 0xfcf0u, 5u << 10 | 4u << 13); /* 5.3.3: AHB / 1, APB1 / 4 = 54 MHz, APB2 / 2 = 108 MHz */
    reg_set(RCC_CFGR, 3u, 2u); /* 5.3.3: SW = PLL */
    reg_wait(RCC_CFGR, 3u << 2, 2u << 2); /* 5.3.3: SWS */
}

static void pins_on(void)
{
    reg_set(RCC_AHB1ENR, 0, 1u << 1 | 1u << 3 | 1u << 21); /* 5.3.10: GPIOB, GPIOD, DMA1 */
    (void)REG(RCC_AHB1ENR); /* 5.2.12: two cycles until the clock is there */
    reg_set(GPIOB + GPIO_MODER, 3u << 0 | 3u << 28, 1u << 0 | 1u << 28); /* 6.4.1: PB0, PB14 outputs */
    reg_set(GPIOD + GPIO_AFRH, 0xffu, 0x77u); /* 6.4.10: PD8, PD9 to AF7, USART3 */
    reg_set(GPIOD + GPIO_OSPEEDR, 0xfu << 16, 0xau << 16); /* 6.4.3: high speed */
    reg_set(GPIOD + GPIO_PUPDR, 0xfu << 16, 4u << 16); /* 6.4.4: PD9 pulled up, an open line is idle */
    reg_set(GPIOD + GPIO_MODER, 0xfu << 16, 0xau << 16); /* 6.4.1: alternate function */
}

static void identify(void)
{
    static const char virtual_id[12] = {'V', 'I', 'R', 'T', 'U', 'A', 'L', 'B', 'O', 'A', 'R', 'D'};
    id = (struct board_id){
        .name = "nucleo_f767zi",
        .clock_hz = CLOCK_HZ,
        .max_baud = USART_CLOCK_HZ / 16,
        .rate_clock_hz = USART_CLOCK_HZ,
        .max_divider = 0xffff, /* 34.8.4 */
        .ring_bytes = UART_RING_BYTES,
        .kept_bytes = UART_RING_BYTES,
        .code_bytes = (uint32_t)(code_end - code_start),
        .fault_status = cortex_m_fault_status(),
        .fault_address = cortex_m_fault_address(),
        .counts_cycles = true,
        .receives_meanwhile = true,
    };
    for (uint32_t i = 0; i < sizeof id.unique_id; i += 4) {
        const uint32_t word = REG(UNIQUE_ID + i); /* 45.1 */
        memcpy(id.unique_id + i, &word, sizeof word);
    }
    id.counts_instructions = memcmp(id.unique_id, virtual_id, sizeof virtual_id) == 0;
}

void board_init(uint32_t baud)
{
    if (!running) {
        clocks_on();
        cortex_m_caches_on();
        cortex_m_cycles_on();
        pins_on();
        identify();
        uart = (struct uart_ring){
            .usart = USART3,
            .usart_hz = USART_CLOCK_HZ,
            .dma = DMA1,
            .stream_bits = USART3_RX_CHANNEL,
            .bytes = ring_bytes,
        };
        reg_set(RCC_APB1ENR, 0, 1u << 18); /* 5.3.13: USART3EN */
        (void)REG(RCC_APB1ENR);
        running = true;
    } else {
        uart_ring_stop(&uart);
    }
    uart_ring_start(&uart, baud);
}

void board_peek(uint32_t at, uint8_t *to, uint32_t n)
{
    uart_ring_peek(&uart, at, to, n);
}

uint32_t board_read(uint8_t *to, uint32_t n)
{
    return uart_ring_read(&uart, to, n);
}

void board_write(const uint8_t *bytes, uint32_t n)
{
    uart_ring_write(&uart, bytes, n);
}

void board_count(struct board_count *count)
{
    *count = (struct board_count){
        .cycles = REG(DWT_CYCCNT),
        .instructions = id.counts_instructions ? REG(VIRTUAL_INSTRUCTIONS) : 0,
        .overruns = uart.overruns,
    };
}

const struct board_id *board_id(void)
{
    return &id;
}

void board_control(enum board_action action)
{
    switch (action) {
    case BOARD_DOOR_OPEN:
        REG(GPIOB + GPIO_BSRR) = 1u << 0 | 1u << (14 + 16); /* 6.4.7: LD1 on, LD3 off */
        break;
    case BOARD_DOOR_LOCK:
        REG(GPIOB + GPIO_BSRR) = 1u << 14 | 1u << (0 + 16);
        break;
    case BOARD_RESET:
        uart_ring_flush(&uart);
        cortex_m_reset();
    }
}
