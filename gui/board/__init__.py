"""The board's thread: crops, actions, reconnection and pacing: BoardWorker, ActionReport."""
