"""Where blocks are computed: in this process, in a pool of others, on a cluster."""
