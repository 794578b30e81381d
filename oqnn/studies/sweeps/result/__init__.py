"""What comes of a sweep: datasets, grids, tables, figures and exports."""
