/* NUCLEO-F767ZI (MB1137): STM32F767ZI at 216 MHz, the ST-LINK's virtual COM port on USART3 (PD8, PD9).
 *
 * Flash it by copying the .bin to the drive that the ST-LINK shows. LD1 (green, PB0) is the open door, LD3 (red, PB14) the
 * locked one. All waiting is polling; received bytes go by DMA into a ring, so that a crop arrives while the last one computes.
 * Sections in the margin: RM0410 (reference manual of STM32F76xxx and F77xxx). */
#include "board.h"

#include "boards/cortex_m/cortex_m.h"
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
#define DMA1_LISR 0x40026000u /* 8.5.1 */
#define DMA1_LIFCR 0x40026008u /* 8.5.3 */
#define DMA1_S1CR 0x40026028u /* 8.5.5 */
#define DMA1_S1NDTR 0x4002602cu /* 8.5.6 */
#define DMA1_S1PAR 0x40026030u /* 8.5.7 */
#define DMA1_S1M0AR 0x40026034u /* 8.5.8 */
#define DMA1_S1FCR 0x4002603cu /* 8.5.10 */
#define USART3_CR1 0x40004800u /* 34.8.1 */
#define USART3_CR2 0x40004804u /* 34.8.2 */
#define USART3_CR3 0x40004808u /* 34.8.3 */
#define USART3_BRR 0x4000480cu /* 34.8.4 */
#define USART3_ISR 0x4000481cu /* 34.8.8 */
#define USART3_ICR 0x40004820u /* 34.8.9 */
#define USART3_RDR 0x40004824u /* 34.8.10 */
#define USART3_TDR 0x40004828u /* 34.8.11 */
#define UNIQUE_ID 0x1ff0f420u /* 45.1 */

#define CLOCK_HZ 216000000u
#define USART_CLOCK_HZ 54000000u /* APB1 = SYSCLK / 4 */
#define TC1_FLAG (1u << 11) /* DMA stream 1: the ring is full once round, 8.5.1 */
#define STREAM1_FLAGS 0xf40u
#define HSE_TRIES 100000u /* some 50 ms at 16 MHz: the ST-LINK's 8 MHz is there at once or not at all */

/* The virtual board's counter of executed instructions; on silicon the address is reserved and not touched. */
#define VIRTUAL_INSTRUCTIONS 0xe00013f0u

/* DMA counts to 65,535 at most (8.5.6). In DTCM: never cached, so what DMA wrote is what is read (2.1: AHBS). */
#define RING_BYTES 65504u
static uint8_t __attribute__((section(".bss.ring"))) ring[RING_BYTES];
static uint32_t ring_tail; /* next byte to read */
static uint32_t ring_seen; /* where DMA was at the last look */
static uint32_t ring_waiting;
static bool flag_due; /* a round was counted whose flag had not been set */
static uint32_t overruns;
static bool running;
static struct board_id id;

extern const uint8_t code_start[], code_end[]; /* linker script */

static void set(uint32_t address, uint32_t clear, uint32_t bits)
{
    REG(address) = (REG(address) & ~clear) | bits;
}

static void wait_for(uint32_t address, uint32_t mask, uint32_t value)
{
    while ((REG(address) & mask) != value) {
    }
}

static void clocks_on(void)
{
    set(RCC_CR, 0, 1u << 18); /* 5.3.1: HSEBYP, the ST-LINK's clock output drives OSC_IN */
    set(RCC_CR, 0, 1u << 16); /* 5.3.1: HSEON */
    uint32_t tries = HSE_TRIES;
    while (!(REG(RCC_CR) & 1u << 17) && --tries > 0) { /* 5.3.1: HSERDY */
    }
    const uint32_t hse = tries > 0 ? 1u : 0u;
    set(RCC_APB1ENR, 0, 1u << 28); /* 5.3.13: PWREN */
    set(PWR_CR1, 0, 3u << 14); /* 4.4.1: VOS scale 1, taken up when the PLL starts */
    /* 5.3.2: 2 MHz into the VCO (8 / 4 or 16 / 8), times 216 = 432, P = 2 gives 216 MHz, Q = 9 gives 48 MHz */
    REG(RCC_PLLCFGR) = 2u << 28 | 9u << 24 | hse << 22 | 0u << 16 | 216u << 6 | (hse ? 4u : 8u);
    set(RCC_CR, 0, 1u << 24); /* 5.3.1: PLLON */
    set(PWR_CR1, 0, 1u << 16); /* 4.1.4, 4.4.1: over-drive on */
    wait_for(PWR_CSR1, 1u << 16, 1u << 16); /* 4.4.2: ODRDY */
    set(PWR_CR1, 0, 1u << 17); /* 4.4.1: ODSWEN */
    wait_for(PWR_CSR1, 1u << 17, 1u << 17); /* 4.4.2: ODSWRDY */
    wait_for(RCC_CR, 1u << 25, 1u << 25); /* 5.3.1: PLLRDY */
    set(FLASH_ACR, 0xfu, 7u | 1u << 8 | 1u << 9); /* 3.3.2: 7 wait states; 3.7.1: PRFTEN, ARTEN */
    wait_for(FLASH_ACR, 0xfu, 7u);
    set(RCC_CFGR, 0xfcf0u, 5u << 10 | 4u << 13); /* 5.3.3: AHB / 1, APB1 / 4 = 54 MHz, APB2 / 2 = 108 MHz */
    set(RCC_CFGR, 3u, 2u); /* 5.3.3: SW = PLL */
    wait_for(RCC_CFGR, 3u << 2, 2u << 2); /* 5.3.3: SWS */
}

static void pins_on(void)
{
    set(RCC_AHB1ENR, 0, 1u << 1 | 1u << 3 | 1u << 21); /* 5.3.10: GPIOB, GPIOD, DMA1 */
    (void)REG(RCC_AHB1ENR); /* 5.2.12: two cycles until the clock is there */
    set(GPIOB + GPIO_MODER, 3u << 0 | 3u << 28, 1u << 0 | 1u << 28); /* 6.4.1: PB0, PB14 outputs */
    set(GPIOD + GPIO_AFRH, 0xffu, 0x77u); /* 6.4.10: PD8, PD9 to AF7, USART3 */
    set(GPIOD + GPIO_OSPEEDR, 0xfu << 16, 0xau << 16); /* 6.4.3: high speed */
    set(GPIOD + GPIO_PUPDR, 0xfu << 16, 4u << 16); /* 6.4.4: PD9 pulled up, an open line is idle */
    set(GPIOD + GPIO_MODER, 0xfu << 16, 0xau << 16); /* 6.4.1: alternate function */
}

static void usart_on(uint32_t baud)
{
    REG(USART3_BRR) = (USART_CLOCK_HZ + baud / 2) / baud; /* 34.5.4: 16 samples a bit */
    REG(USART3_CR2) = 0; /* 34.8.2: 1 stop bit */
    REG(USART3_CR3) = 1u << 12 | 1u << 6; /* 34.8.3: OVRDIS (DMA never lets one happen that matters), DMAR */
    REG(USART3_CR1) = 1u << 3 | 1u << 2 | 1u; /* 34.8.1: TE, RE, UE; 8 bits, no parity */
    wait_for(USART3_ISR, 3u << 21, 3u << 21); /* 34.8.8: TEACK, REACK */
}

static void dma_on(void)
{
    REG(DMA1_S1CR) = 0; /* 8.5.5 */
    wait_for(DMA1_S1CR, 1u, 0); /* 8.3.18: EN reads 0 when the stream has stopped */
    REG(DMA1_LIFCR) = STREAM1_FLAGS; /* 8.5.3 */
    REG(DMA1_S1PAR) = USART3_RDR; /* 8.5.7 */
    REG(DMA1_S1M0AR) = (uint32_t)(uintptr_t)ring; /* 8.5.8 */
    REG(DMA1_S1NDTR) = RING_BYTES; /* 8.5.6 */
    REG(DMA1_S1FCR) = 0; /* 8.5.10: direct mode, no byte is held back in the FIFO */
    /* 8.5.5; 8.3.4, table of DMA1 requests: channel 4 = USART3_RX; very high priority; bytes; memory counts up; circular */
    REG(DMA1_S1CR) = 4u << 25 | 3u << 16 | 1u << 10 | 1u << 8;
    set(DMA1_S1CR, 0, 1u); /* 8.5.5: EN */
    ring_tail = ring_seen = ring_waiting = 0;
    flag_due = false;
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
        .ring_bytes = RING_BYTES,
        .kept_bytes = RING_BYTES,
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
        set(RCC_APB1ENR, 0, 1u << 18); /* 5.3.13: USART3EN */
        (void)REG(RCC_APB1ENR);
        running = true;
    } else {
        wait_for(USART3_ISR, 1u << 6, 1u << 6); /* 34.8.8: TC, the last stop bit is out */
        REG(USART3_CR1) = 0; /* 34.8.4: BRR may be written only while UE = 0 */
    }
    dma_on();
    usart_on(baud);
}

/* How far DMA has come since the last look. The flag is read before the position, so a round may end between the two: then
 * the position already tells it, and the flag that comes with it must not count again. More than one whole round between two
 * looks cannot be told from one; a round takes 0.19 s at 3.4 Mbaud, and the longest layer less. */
static void look(void)
{
    const bool flagged = (REG(DMA1_LISR) & TC1_FLAG) != 0; /* 8.5.1 */
    if (flagged) {
        REG(DMA1_LIFCR) = TC1_FLAG; /* 8.5.3 */
    }
    const uint32_t at = (RING_BYTES - REG(DMA1_S1NDTR)) % RING_BYTES; /* 8.5.6 */
    const bool fell = at < ring_seen;
    const bool round = flagged && !flag_due;
    flag_due = fell && !round;
    ring_waiting += at - ring_seen + (fell || round ? RING_BYTES : 0u);
    ring_seen = at;
    if (ring_waiting > RING_BYTES) {
        overruns++;
        ring_waiting = 0;
        ring_tail = at;
    }
}

void board_peek(uint32_t at, uint8_t *to, uint32_t n)
{
    const uint32_t from = (ring_tail + at) % RING_BYTES;
    const uint32_t to_end = RING_BYTES - from;
    const uint32_t first = n < to_end ? n : to_end;
    memcpy(to, ring + from, first);
    memcpy(to + first, ring, n - first);
}

uint32_t board_read(uint8_t *to, uint32_t n)
{
    look();
    const uint32_t taken = n < ring_waiting ? n : ring_waiting;
    if (to) {
        board_peek(0, to, taken);
    }
    ring_tail = (ring_tail + taken) % RING_BYTES;
    ring_waiting -= taken;
    return to ? taken : ring_waiting;
}

void board_write(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        wait_for(USART3_ISR, 1u << 7, 1u << 7); /* 34.8.8: TXE */
        REG(USART3_TDR) = bytes[i]; /* 34.8.11 */
    }
}

void board_count(struct board_count *count)
{
    *count = (struct board_count){
        .cycles = REG(DWT_CYCCNT),
        .instructions = id.counts_instructions ? REG(VIRTUAL_INSTRUCTIONS) : 0,
        .overruns = overruns,
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
        wait_for(USART3_ISR, 1u << 6, 1u << 6); /* 34.8.8: TC */
        cortex_m_reset();
    }
}
