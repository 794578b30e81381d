"""What a sweep shows: intervals over seeds, comparisons, rankings, phases, effects."""
