"""What would a slow and obvious planner say? Oracles that share no searching code with the library."""
