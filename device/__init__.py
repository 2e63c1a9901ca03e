"""The board, the wire, what the network is fed, and the network itself. Nothing here imports Qt."""
