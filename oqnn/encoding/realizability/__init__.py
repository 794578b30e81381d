"""Which states a law of spins can carry."""
