"""One message from arrival to answer, and the feedback on it."""
