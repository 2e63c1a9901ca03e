/* A small image for the tests of the virtual board: clocks, USART3 with DMA reception, and a few one-letter commands.
 *
 * Built with arm-none-eabi-gcc by test_emulator.py; it stands apart from device/firmware on purpose, so that the
 * emulator is not only tested with the one image that it was written for. A command is one letter; what follows depends
 * on it. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define RCC_CR REG(0x40023800)
#define RCC_PLLCFGR REG(0x40023804)
#define RCC_CFGR REG(0x40023808)
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define PWR_CR1 REG(0x40007000)
#define PWR_CSR1 REG(0x40007004)
#define FLASH_ACR REG(0x40023C00)
#define GPIOD_MODER REG(0x40020C00)
#define GPIOD_AFRH REG(0x40020C24)
#define USART_CR1 REG(0x40004800)
#define USART_CR3 REG(0x40004808)
#define USART_BRR REG(0x4000480C)
#define USART_ISR REG(0x4000481C)
#define USART_TDR REG(0x40004828)
#define DMA_CR REG(0x40026028)
#define DMA_NDTR REG(0x4002602C)
#define DMA_PAR REG(0x40026030)
#define DMA_M0AR REG(0x40026034)
#define DEMCR REG(0xE000EDFC)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)
#define DWT_INSTRUCTIONS REG(0xE00013F0)
#define DWT_LAR REG(0xE0001FB0)
#define SCB_AIRCR REG(0xE000ED0C)
#define SCB_CFSR REG(0xE000ED28)
#define SCB_BFAR REG(0xE000ED38)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define RING_BYTES 32768u
#define CLOCK_HZ 216000000u

extern uint32_t stack_top[], bss_begin[], bss_end[];

static uint8_t ring[RING_BYTES] __attribute__((aligned(32)));
static uint32_t tail;
static volatile uint32_t ticks;
/* survives a reset: not cleared at start */
static volatile uint32_t last_fault[4] __attribute__((section(".noinit")));

static void put(uint8_t byte)
{
    while ((USART_ISR & (1u << 7)) == 0) {
    }
    USART_TDR = byte;
}

void put_word(uint32_t word)
{
    for (unsigned i = 0; i < 4; i++) {
        put((uint8_t)(word >> (8 * i)));
    }
}

static uint32_t arrived(void)
{
    return (RING_BYTES - DMA_NDTR - tail) & (RING_BYTES - 1);
}

static uint8_t get(void)
{
    while (arrived() == 0) {
    }
    uint8_t byte = ring[tail];
    tail = (tail + 1) & (RING_BYTES - 1);
    return byte;
}

static uint32_t get_word(void)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < 4; i++) {
        word |= (uint32_t)get() << (8 * i);
    }
    return word;
}

static void start_clocks(void)
{
    RCC_APB1ENR |= 1u << 28 | 1u << 18;
    RCC_AHB1ENR |= 1u << 21 | 1u << 3;
    RCC_CR |= 1u << 16 | 1u << 18;
    while ((RCC_CR & (1u << 17)) == 0) {
    }
    RCC_PLLCFGR = 4u | 216u << 6 | 1u << 22 | 9u << 24;
    RCC_CR |= 1u << 24;
    PWR_CR1 |= 1u << 16;
    while ((PWR_CSR1 & (1u << 16)) == 0) {
    }
    PWR_CR1 |= 1u << 17;
    while ((PWR_CSR1 & (1u << 17)) == 0) {
    }
    FLASH_ACR = 7u | 1u << 8 | 1u << 9;
    RCC_CFGR = 5u << 10 | 4u << 13;
    RCC_CFGR |= 2u;
    while ((RCC_CFGR & 0xCu) != 8u) {
    }
}

static void start_serial(uint32_t baud)
{
    GPIOD_MODER |= 0xAu << 16;
    GPIOD_AFRH |= 0x77u;
    USART_CR1 = 0;
    DMA_CR = 0;
    tail = 0;
    USART_BRR = CLOCK_HZ / 4 / baud;
    DMA_PAR = 0x40004824;
    DMA_M0AR = (uint32_t)(uintptr_t)ring;
    DMA_NDTR = RING_BYTES;
    DMA_CR = 4u << 25 | 1u << 10 | 1u << 8;
    DMA_CR |= 1u;
    USART_CR3 = 1u << 6 | 1u << 12;
    USART_CR1 = 1u << 0 | 1u << 2 | 1u << 3;
}

static void start_counters(void)
{
    DEMCR |= 1u << 24;
    DWT_LAR = 0xC5ACCE55;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1;
}

static uint32_t spin(uint32_t rounds)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        sum = sum * 3 + i;
        __asm volatile("" : "+r"(sum));
    }
    return sum;
}

/* Receives count bytes and answers with how many cycles lay between the first and the last, and their sum. */
static void receive_block(void)
{
    uint32_t count = get_word(), sum = get();
    uint32_t begin = DWT_CYCCNT;
    for (uint32_t i = 1; i < count; i++) {
        sum += get();
    }
    put_word(DWT_CYCCNT - begin);
    put_word(sum);
}

/* Computes for some rounds, then says how many bytes came meanwhile, and takes them. */
static void compute(void)
{
    uint32_t rounds = get_word();
    put('!');
    uint32_t cycles = DWT_CYCCNT, instructions = DWT_INSTRUCTIONS;
    spin(rounds);
    cycles = DWT_CYCCNT - cycles;
    instructions = DWT_INSTRUCTIONS - instructions;
    uint32_t came = arrived();
    tail = (tail + came) & (RING_BYTES - 1);
    put_word(cycles);
    put_word(instructions);
    put_word(came);
}

void handle_tick(void)
{
    ticks++;
}

void handle_fault(const uint32_t *frame)
{
    last_fault[0] = 0xFA017u;
    last_fault[1] = SCB_CFSR;
    last_fault[2] = SCB_BFAR;
    last_fault[3] = frame[6];
    SCB_AIRCR = 0x05FA0004;
    for (;;) {
    }
}

__attribute__((naked)) void hard_fault(void)
{
    __asm volatile("mov r0, sp\n b handle_fault");
}

/* For the commands of an image that has more than these: takes what it knows. */
__attribute__((weak)) int obey_more(uint8_t command)
{
    (void)command;
    return 0;
}

static void obey(uint8_t command)
{
    switch (command) {
    case 'e': /* echo a word */
        put_word(get_word());
        break;
    case 'i': /* identity */
        for (unsigned i = 0; i < 12; i++) {
            put(((volatile uint8_t *)0x1FF0F420)[i]);
        }
        break;
    case 'r':
        receive_block();
        break;
    case 'c':
        compute();
        break;
    case 'b': /* another rate, after the answer has left */
        start_serial(get_word());
        put('b');
        break;
    case 't': /* wait for n ticks of 1 ms */
        ticks = 0;
        SYST_RVR = CLOCK_HZ / 1000 - 1;
        SYST_CVR = 0;
        SYST_CSR = 7;
        for (uint32_t wanted = get_word(); ticks < wanted;) {
        }
        SYST_CSR = 0;
        put_word(ticks);
        break;
    case 'w': /* read from an address */
        put_word(REG(get_word()));
        break;
    case 'u':
        __asm volatile("udf #0");
        break;
    case 'f': /* the FPU is off */
        __asm volatile(".fpu fpv5-d16\n vmov s0, r0");
        break;
    case 'l': /* what the last fault was */
        for (unsigned i = 0; i < 4; i++) {
            put_word(last_fault[i]);
            last_fault[i] = 0;
        }
        break;
    case 'x':
        SCB_AIRCR = 0x05FA0004;
        break;
    default:
        if (!obey_more(command)) {
            put('?');
        }
    }
}

void reset(void)
{
    for (uint32_t *word = bss_begin; word < bss_end; word++) {
        *word = 0;
    }
    start_clocks();
    start_counters();
    start_serial(115200);
    for (;;) {
        obey(get());
    }
}

static void stray(void)
{
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top,    (void *)reset, (void *)stray, (void *)hard_fault, (void *)stray, (void *)stray,
    (void *)stray, 0,            0,             0,                  0,             (void *)stray,
    0,            0,             (void *)stray, (void *)handle_tick,
};
