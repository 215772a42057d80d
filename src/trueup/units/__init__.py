"""Money, periods, calendars and ids: what every other room counts in."""
