"""Does kapsched do what it says? Run with pytest from the repository's root."""
