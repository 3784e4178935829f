"""The steps in order: search, then verify."""
