"""From booked to trusted: is every promise kept? One named function per promise, from the model alone."""
