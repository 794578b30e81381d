"""Networks of spiking neurons that carry a state."""
