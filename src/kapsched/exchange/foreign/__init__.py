"""What do calendars say that other people keep? Read with no more trust than a stranger's file deserves."""
