"""Other routes to the same motion: ψ, ρ(x, x′), and classical trajectories."""
