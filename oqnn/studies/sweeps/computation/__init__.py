"""What a block of a sweep holds: drives, evolutions, measures and views."""
