"""What neurons remember: laws of spike trains, and information kept in the memory."""
