"""Other people's formats: files read and written, calendars, pictures and tables."""
