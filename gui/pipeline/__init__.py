"""The engine that owns the threads; its services and Qt signals for the window: Engine, Events, Pipeline."""
