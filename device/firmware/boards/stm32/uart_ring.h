/* An STM32's USART with what it receives going by DMA into a ring, so that a crop arrives while the last one computes.
 * The F7's and the H7's USARTs and DMA streams are the same; the board hands in where they are. Stream 1 receives. */
#ifndef BOARDS_STM32_UART_RING_H
#define BOARDS_STM32_UART_RING_H

#include <stdbool.h>
#include <stdint.h>

#define UART_RING_BYTES 65504u /* DMA counts to 65,535 at most (RM0410 8.5.6) */

struct uart_ring {
    /* Set by the board before uart_ring_start. */
    uint32_t usart; /* its registers' first address */
    uint32_t usart_hz;
    uint32_t dma; /* its registers' first address */
    uint32_t stream_bits; /* of the stream's CR, besides those that every ring needs */
    uint8_t *bytes; /* UART_RING_BYTES, never cached */
    /* Begin as zeros. */
    uint32_t tail; /* next byte to read */
    uint32_t seen; /* where DMA was when it was last asked */
    uint32_t waiting;
    bool flag_due; /* a round was counted whose flag had not been set */
    uint32_t overruns;
};

/* Begins to receive, with an empty ring. The clocks of USART and DMA run, and the pins are set. */
void uart_ring_start(struct uart_ring *ring, uint32_t baud);

/* Waits until the last stop bit is out. */
void uart_ring_flush(const struct uart_ring *ring);

/* Flushes and turns the USART off; uart_ring_start sets another rate. */
void uart_ring_stop(const struct uart_ring *ring);

/* As board.h wants it of board_read, board_peek and board_write. */
uint32_t uart_ring_read(struct uart_ring *ring, uint8_t *to, uint32_t n);
void uart_ring_peek(const struct uart_ring *ring, uint32_t at, uint8_t *to, uint32_t n);
void uart_ring_write(const struct uart_ring *ring, const uint8_t *bytes, uint32_t n);

#endif
