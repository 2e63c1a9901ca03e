/* The network as it is, at a place that the linker script fixes, so that another one can be put into a finished
 * image. */
    .section .network, "a"
    .balign 16
    .global network_image
network_image:
#ifdef NETWORK_FILE
    .incbin NETWORK_FILE
#else
    .word 0xffffffff /* no magic: the board answers NO_NETWORK */
#endif
