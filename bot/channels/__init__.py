"""Where messages come from and go to besides the web."""
