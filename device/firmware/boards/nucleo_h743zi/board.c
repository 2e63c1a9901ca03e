/* NUCLEO-H743ZI and NUCLEO-H743ZI2: STM32H743ZI at 480 MHz, or 400 MHz where the chip is older than revision V; the
 * ST-LINK's virtual COM port on USART3 (PD8, PD9). It builds; it has NOT been run on silicon yet.
 *
 * LD1 (green, PB0) is the open door, LD3 (red, PB14) the locked one. All waiting is polling; received bytes go by DMA
 * into a ring, so that a crop arrives while the last one computes. Registers and bits are named as in RM0433 (reference
 * manual of STM32H742, H743, H753 and H750) and were compared with ST's published device header; "ES0392" is the chip's
 * errata sheet. */
#include "board.h"

#include "boards/cortex_m/cortex_m.h"
#include "boards/stm32/uart_ring.h"
#include "libc/mem.h"

#define RCC_CR 0x58024400u
#define RCC_CFGR 0x58024410u
#define RCC_D1CFGR 0x58024418u
#define RCC_D2CFGR 0x5802441cu
#define RCC_D3CFGR 0x58024420u
#define RCC_PLLCKSELR 0x58024428u
#define RCC_PLLCFGR 0x5802442cu
#define RCC_PLL1DIVR 0x58024430u
#define RCC_D2CCIP2R 0x58024454u
#define RCC_AHB1ENR 0x580244d8u
#define RCC_AHB2ENR 0x580244dcu
#define RCC_AHB4ENR 0x580244e0u
#define RCC_APB1LENR 0x580244e8u
#define RCC_APB4ENR 0x580244f4u
#define PWR_CSR1 0x58024804u
#define PWR_CR3 0x5802480cu
#define PWR_D3CR 0x58024818u
#define SYSCFG_PWRCR 0x5800042cu
#define FLASH_ACR 0x52002000u
#define GPIOB 0x58020400u
#define GPIOD 0x58020c00u
#define GPIO_MODER 0x00u
#define GPIO_OSPEEDR 0x08u
#define GPIO_PUPDR 0x0cu
#define GPIO_BSRR 0x18u
#define GPIO_AFRH 0x24u
#define DMAMUX1_C1CR 0x40020804u /* feeds DMA1's stream 1 */
#define DMA1 0x40020000u
#define USART3 0x40004800u
#define DBGMCU_IDC 0x5c001000u
#define UNIQUE_ID 0x1ff1e800u
#define AXI_TARG7_FN_MOD 0x51008108u
#define MPU_CTRL 0xe000ed94u /* DDI 0403E B3.5.5 */
#define MPU_RNR 0xe000ed98u /* B3.5.6 */
#define MPU_RBAR 0xe000ed9cu /* B3.5.7 */
#define MPU_RASR 0xe000eda0u /* B3.5.8 */

/* V is 0x2003; ST's start-up code draws the line here. Earlier ones (Y: 0x1003) reach 400 MHz */
#define REVISION_V 0x2000u
#define DMA_REQUEST_USART3_RX 45u
/* Buffered transfers, from revision V on (ES0392: else a stream to or from a USART may lock). */
#define TRBUFF (1u << 20)
#define HSE_TRIES 400000u /* some 50 ms at 64 MHz: the ST-LINK's 8 MHz is there at once or not at all */
#define RING_REGION_BYTES_LOG2 17u /* all of SRAM1 */

/* In SRAM1, because DMA1 does not reach DTCM. */
static uint8_t __attribute__((section(".bss.ring"))) ring_bytes[UART_RING_BYTES];
static struct uart_ring uart;
static bool running;
static bool fast; /* revision V or later */
static struct board_id id;

extern const uint8_t code_start[], code_end[]; /* linker script */

static uint32_t core_hz(void)
{
    return fast ? 480000000u : 400000000u;
}

/* APB1 = core / 2 (HPRE) / 2 (D2PPRE1) */
static uint32_t usart_hz(void)
{
    return core_hz() / 4;
}

static void power_on(void)
{
    /* LDOEN, no bypass; SCUEN: may be written once after power-up, then stays */
    reg_set(PWR_CR3, 1u << 2 | 1u << 0, 1u << 1);
    reg_wait(PWR_CSR1, 1u << 13, 1u << 13); /* ACTVOSRDY */
    reg_set(PWR_D3CR, 0, 3u << 14); /* VOS scale 1 */
    reg_wait(PWR_D3CR, 1u << 13, 1u << 13); /* VOSRDY */
    if (fast) {
        reg_set(RCC_APB4ENR, 0, 1u << 1); /* SYSCFGEN */
        (void)REG(RCC_APB4ENR);
        reg_set(SYSCFG_PWRCR, 0, 1u); /* ODEN: scale 0, asked for from scale 1 only */
        reg_wait(PWR_D3CR, 1u << 13, 1u << 13);
    } else {
        REG(AXI_TARG7_FN_MOD) = 1; /* ES0392: reads of AXI SRAM may come back wrong unless issued one by one */
    }
}

static void clocks_on(void)
{
    reg_set(RCC_CR, 0, 1u << 18); /* HSEBYP, the ST-LINK's clock output drives OSC_IN */
    reg_set(RCC_CR, 0, 1u << 16); /* HSEON */
    uint32_t tries = HSE_TRIES;
    while (!(REG(RCC_CR) & 1u << 17) && --tries > 0) { /* HSERDY */
    }
    const bool hse = tries > 0;
    /* 4 MHz into the VCO (8 / 2 or 64 / 16), times 240 or 200, P = 2. PLLSRC: HSE 2, HSI 0; DIVM1 */
    REG(RCC_PLLCKSELR) = (hse ? 2u : 16u) << 4 | (hse ? 2u : 0u);
    reg_set(RCC_PLLCFGR, 0xfu, 1u << 16 | 2u << 2); /* DIVP1EN; PLL1RGE: 4 to 8 MHz; PLL1VCOSEL: wide; no fraction */
    REG(RCC_PLL1DIVR) = 1u << 24 | 1u << 16 | 1u << 9 | ((fast ? 240u : 200u) - 1u); /* R, Q, P / 2; N */
    reg_set(RCC_CR, 0, 1u << 24); /* PLL1ON */
    reg_wait(RCC_CR, 1u << 25, 1u << 25); /* PLL1RDY */
    reg_set(FLASH_ACR, 0x3fu, 2u << 4 | 4u); /* WRHIGHFREQ 2, LATENCY 4: enough for 240 MHz on AXI */
    reg_wait(FLASH_ACR, 0x3fu, 2u << 4 | 4u);
    reg_set(RCC_D1CFGR, 0xf7fu, 4u << 4 | 8u); /* D1CPRE / 1, D1PPRE / 2, HPRE / 2 */
    reg_set(RCC_D2CFGR, 0x770u, 4u << 8 | 4u << 4); /* D2PPRE2, D2PPRE1 / 2 */
    reg_set(RCC_D3CFGR, 0x70u, 4u << 4); /* D3PPRE / 2 */
    reg_set(RCC_CFGR, 7u, 3u); /* SW = PLL1 */
    reg_wait(RCC_CFGR, 7u << 3, 3u << 3); /* SWS */
    reg_set(RCC_D2CCIP2R, 7u, 0); /* USART28SEL: APB1's clock */
}

/* SRAM1 uncached (TEX 1, C 0, B 0), never executed; everything else as without an MPU. Before the caches are on. */
static void ring_uncached(void)
{
    REG(MPU_CTRL) = 0;
    REG(MPU_RNR) = 0;
    REG(MPU_RBAR) = (uint32_t)(uintptr_t)ring_bytes & ~((1u << RING_REGION_BYTES_LOG2) - 1u);
    /* XN, AP, TEX, SIZE, ENABLE */
    REG(MPU_RASR) = 1u << 28 | 3u << 24 | 1u << 19 | (RING_REGION_BYTES_LOG2 - 1u) << 1 | 1u;
    REG(MPU_CTRL) = 1u << 2 | 1u; /* PRIVDEFENA, ENABLE */
    __asm volatile("dsb\n isb" ::: "memory");
}

static void pins_on(void)
{
    reg_set(RCC_AHB1ENR, 0, 1u << 0); /* DMA1EN, and DMAMUX1 with it */
    reg_set(RCC_AHB2ENR, 0, 1u << 29); /* SRAM1EN */
    reg_set(RCC_AHB4ENR, 0, 1u << 1 | 1u << 3); /* GPIOBEN, GPIODEN */
    (void)REG(RCC_AHB4ENR);
    reg_set(GPIOB + GPIO_MODER, 3u << 0 | 3u << 28, 1u << 0 | 1u << 28); /* PB0, PB14 outputs */
    reg_set(GPIOD + GPIO_AFRH, 0xffu, 0x77u); /* PD8, PD9 to AF7, USART3 */
    reg_set(GPIOD + GPIO_OSPEEDR, 0xfu << 16, 0xau << 16); /* high speed */
    reg_set(GPIOD + GPIO_PUPDR, 0xfu << 16, 4u << 16); /* PD9 pulled up, an open line is idle */
    reg_set(GPIOD + GPIO_MODER, 0xfu << 16, 0xau << 16); /* alternate function */
}

static void identify(void)
{
    id = (struct board_id){
        .name = "nucleo_h743zi",
        .clock_hz = core_hz(),
        .max_baud = usart_hz() / 16,
        .rate_clock_hz = usart_hz(),
        .max_divider = 0xffff,
        .ring_bytes = UART_RING_BYTES,
        .kept_bytes = UART_RING_BYTES,
        .code_bytes = (uint32_t)(code_end - code_start),
        .fault_status = cortex_m_fault_status(),
        .fault_address = cortex_m_fault_address(),
        .counts_cycles = true,
        .receives_meanwhile = true,
    };
    for (uint32_t i = 0; i < sizeof id.unique_id; i += 4) {
        const uint32_t word = REG(UNIQUE_ID + i);
        memcpy(id.unique_id + i, &word, sizeof word);
    }
}

void board_init(uint32_t baud)
{
    if (!running) {
        fast = REG(DBGMCU_IDC) >> 16 >= REVISION_V; /* REV_ID */
        power_on();
        clocks_on();
        pins_on();
        ring_uncached();
        cortex_m_caches_on();
        cortex_m_cycles_on();
        identify();
        REG(DMAMUX1_C1CR) = DMA_REQUEST_USART3_RX;
        uart = (struct uart_ring){
            .usart = USART3,
            .usart_hz = usart_hz(),
            .dma = DMA1,
            .stream_bits = fast ? TRBUFF : 0u,
            .bytes = ring_bytes,
        };
        reg_set(RCC_APB1LENR, 0, 1u << 18); /* USART3EN */
        (void)REG(RCC_APB1LENR);
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
    *count = (struct board_count){.cycles = REG(DWT_CYCCNT), .overruns = uart.overruns};
}

const struct board_id *board_id(void)
{
    return &id;
}

void board_control(enum board_action action)
{
    switch (action) {
    case BOARD_DOOR_OPEN:
        REG(GPIOB + GPIO_BSRR) = 1u << 0 | 1u << (14 + 16); /* LD1 on, LD3 off */
        break;
    case BOARD_DOOR_LOCK:
        REG(GPIOB + GPIO_BSRR) = 1u << 14 | 1u << (0 + 16);
        break;
    case BOARD_RESET:
        uart_ring_flush(&uart);
        cortex_m_reset();
    }
}
