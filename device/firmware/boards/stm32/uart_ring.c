/* Registers and bits are named as in RM0410 (reference manual of STM32F76xxx and F77xxx), whose sections stand in the
 * margin; RM0433 (STM32H742, H743, H753 and H750) has the same ones. */
#include "boards/stm32/uart_ring.h"

#include "boards/cortex_m/cortex_m.h"
#include "libc/mem.h"

#define DMA_LISR 0x00u /* 8.5.1 */
#define DMA_LIFCR 0x08u /* 8.5.3 */
#define DMA_S1CR 0x28u /* 8.5.5 */
#define DMA_S1NDTR 0x2cu /* 8.5.6 */
#define DMA_S1PAR 0x30u /* 8.5.7 */
#define DMA_S1M0AR 0x34u /* 8.5.8 */
#define DMA_S1FCR 0x3cu /* 8.5.10 */
#define USART_CR1 0x00u /* 34.8.1 */
#define USART_CR2 0x04u /* 34.8.2 */
#define USART_CR3 0x08u /* 34.8.3 */
#define USART_BRR 0x0cu /* 34.8.4 */
#define USART_ISR 0x1cu /* 34.8.8 */
#define USART_RDR 0x24u /* 34.8.10 */
#define USART_TDR 0x28u /* 34.8.11 */

#define TC1_FLAG (1u << 11) /* stream 1: the ring is full once round, 8.5.1 */
#define STREAM1_FLAGS 0xf40u

static void dma_on(struct uart_ring *ring)
{
    const uint32_t dma = ring->dma;
    REG(dma + DMA_S1CR) = 0; /* 8.5.5 */
    reg_wait(dma + DMA_S1CR, 1u, 0); /* 8.3.18: EN reads 0 when the stream has stopped */
    REG(dma + DMA_LIFCR) = STREAM1_FLAGS; /* 8.5.3 */
    REG(dma + DMA_S1PAR) = ring->usart + USART_RDR; /* 8.5.7 */
    REG(dma + DMA_S1M0AR) = (uint32_t)(uintptr_t)ring->bytes; /* 8.5.8 */
    REG(dma + DMA_S1NDTR) = UART_RING_BYTES; /* 8.5.6 */
    REG(dma + DMA_S1FCR) = 0; /* 8.5.10: direct mode, no byte is held back in the FIFO */
    /* 8.5.5: very high priority; bytes; memory counts up; circular */
    REG(dma + DMA_S1CR) = ring->stream_bits | 3u << 16 | 1u << 10 | 1u << 8;
    reg_set(dma + DMA_S1CR, 0, 1u); /* 8.5.5: EN */
    ring->tail = ring->seen = ring->waiting = 0;
    ring->flag_due = false;
}

static void usart_on(const struct uart_ring *ring, uint32_t baud)
{
    const uint32_t usart = ring->usart;
    REG(usart + USART_BRR) = (ring->usart_hz + baud / 2) / baud; /* 34.5.4: 16 samples a bit */
    REG(usart + USART_CR2) = 0; /* 34.8.2: 1 stop bit */
    REG(usart + USART_CR3) = 1u << 12 | 1u << 6; /* 34.8.3: OVRDIS (DMA never lets one happen that matters), DMAR */
    REG(usart + USART_CR1) = 1u << 3 | 1u << 2 | 1u; /* 34.8.1: TE, RE, UE; 8 bits, no parity, no FIFO */
    reg_wait(usart + USART_ISR, 3u << 21, 3u << 21); /* 34.8.8: TEACK, REACK */
}

void uart_ring_start(struct uart_ring *ring, uint32_t baud)
{
    dma_on(ring);
    usart_on(ring, baud);
}

void uart_ring_flush(const struct uart_ring *ring)
{
    reg_wait(ring->usart + USART_ISR, 1u << 6, 1u << 6); /* 34.8.8: TC, the last stop bit is out */
}

void uart_ring_stop(const struct uart_ring *ring)
{
    uart_ring_flush(ring);
    REG(ring->usart + USART_CR1) = 0; /* 34.8.4: BRR may be written only while UE = 0 */
}

/* How far DMA has come since it was last asked. The flag is read before the position, so a round may end between the
 * two: then the position already tells it, and the flag that comes with it must not count again. More than one whole
 * round between two calls cannot be told from one; a round takes 0.19 s at 3.4 Mbaud, and the longest layer less. */
static void catch_up(struct uart_ring *ring)
{
    const bool flagged = (REG(ring->dma + DMA_LISR) & TC1_FLAG) != 0; /* 8.5.1 */
    if (flagged) {
        REG(ring->dma + DMA_LIFCR) = TC1_FLAG; /* 8.5.3 */
    }
    const uint32_t at = (UART_RING_BYTES - REG(ring->dma + DMA_S1NDTR)) % UART_RING_BYTES; /* 8.5.6 */
    const bool fell = at < ring->seen;
    const bool round = flagged && !ring->flag_due;
    ring->flag_due = fell && !round;
    ring->waiting += at - ring->seen + (fell || round ? UART_RING_BYTES : 0u);
    ring->seen = at;
    if (ring->waiting > UART_RING_BYTES) {
        ring->overruns++;
        ring->waiting = 0;
        ring->tail = at;
    }
}

void uart_ring_peek(const struct uart_ring *ring, uint32_t at, uint8_t *to, uint32_t n)
{
    const uint32_t from = (ring->tail + at) % UART_RING_BYTES;
    const uint32_t to_end = UART_RING_BYTES - from;
    const uint32_t first = n < to_end ? n : to_end;
    memcpy(to, ring->bytes + from, first);
    memcpy(to + first, ring->bytes, n - first);
}

uint32_t uart_ring_read(struct uart_ring *ring, uint8_t *to, uint32_t n)
{
    catch_up(ring);
    const uint32_t taken = n < ring->waiting ? n : ring->waiting;
    if (to) {
        uart_ring_peek(ring, 0, to, taken);
    }
    ring->tail = (ring->tail + taken) % UART_RING_BYTES;
    ring->waiting -= taken;
    return to ? taken : ring->waiting;
}

void uart_ring_write(const struct uart_ring *ring, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        reg_wait(ring->usart + USART_ISR, 1u << 7, 1u << 7); /* 34.8.8: TXE */
        REG(ring->usart + USART_TDR) = bytes[i]; /* 34.8.11 */
    }
}
