"""What are the texts, language by language? A module for each that is shipped."""
