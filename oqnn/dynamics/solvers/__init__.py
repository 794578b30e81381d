"""How states are moved: exponentials, Magnus and Krylov steps, and what is recorded."""
