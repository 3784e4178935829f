"""The nouns: programme, rules, clinic, course, plan, bookings. Nothing here searches or reads files."""
