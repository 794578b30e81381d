"""Networks of spiking neurons: graphs with delays, records, laws, activity."""
