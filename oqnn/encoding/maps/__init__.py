"""Maps between laws of spins, correlators and density matrices."""
