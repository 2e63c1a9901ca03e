"""The wire: protocol, framing, transport, replies, ports, Link and Board; PROTOCOL.md describes it."""
