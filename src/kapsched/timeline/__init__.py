"""Time without medicine: units, intervals, zones and what recurs."""
