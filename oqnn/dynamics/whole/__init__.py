"""Systems with their whole finite environment, correlated at the start or not."""
