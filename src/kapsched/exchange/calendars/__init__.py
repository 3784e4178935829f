"""Calendars for others to read: who sees what of a schedule, written as feeds and as messages."""
