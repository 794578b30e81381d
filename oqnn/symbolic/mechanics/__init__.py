"""Hamilton-Jacobi theory, learning networks as Hamiltonians, and Madelung's split."""
