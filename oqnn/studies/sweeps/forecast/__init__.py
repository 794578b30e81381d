"""What a study will compute, before it does."""
