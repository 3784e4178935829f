"""What may stand in each file, for editors that complete and check it? Tests hold these to what the readers ask for."""
