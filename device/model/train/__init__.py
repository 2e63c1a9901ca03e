"""Training by distillation."""
