"""How each decision looks: its mark, its role among the colours, its style class."""

from __future__ import annotations

from gui.core.decisions import Decision

STYLE_CLASSES = {
    Decision.ACCEPTED: "good",
    Decision.REFUSED: "bad",
    Decision.LOCKED_OUT: "bad",
    Decision.UNCERTAIN: "warn",
    Decision.CHALLENGED: "warn",
}
MARKS = {
    Decision.ACCEPTED: "✓",
    Decision.REFUSED: "✕",
    Decision.UNCERTAIN: "?",
    Decision.SEEN: "…",
    Decision.WAITING: "‖",
    Decision.CHALLENGED: "↔",
    Decision.LOCKED_OUT: "⊘",
    Decision.BY_HAND: "✓",
}
ROLES = {
    Decision.ACCEPTED: "good",
    Decision.REFUSED: "bad",
    Decision.UNCERTAIN: "warn",
    Decision.SEEN: "neutral",
    Decision.WAITING: "neutral",
    Decision.CHALLENGED: "warn",
    Decision.LOCKED_OUT: "bad",
    Decision.BY_HAND: "good",
}
