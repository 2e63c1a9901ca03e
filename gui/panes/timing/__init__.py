"""What every step costs, on the board above all."""
