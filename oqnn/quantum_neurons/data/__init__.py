"""Data for networks of spiking neurons: digits, event streams, files of the user's."""
