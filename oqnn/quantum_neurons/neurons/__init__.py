"""Models of spiking neurons: quantum, and the classical ones to hold beside them."""
