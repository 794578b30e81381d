"""What a sweep is: its settings as files, models and points."""
