"""Member requests, opt-out, consent, and pseudonyms."""
