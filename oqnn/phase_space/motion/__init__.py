"""How W moves: split steps, their length, and derivatives by parameters."""
