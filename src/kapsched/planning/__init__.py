"""From owed to booked: clinic time as bits, and an exact search over them."""
