"""How well a network recognises, and the model card."""
