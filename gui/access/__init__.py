"""Who is let in: matching, votes, challenge, lock-out and the door: Recogniser, Decider, Door."""
