"""What an environment adds to the motion of W."""
