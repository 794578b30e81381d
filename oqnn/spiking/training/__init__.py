"""Training of LIF networks."""
