"""Tables of counts behind the preferences: recording, totals, votes."""
