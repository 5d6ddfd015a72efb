"""The benchmark emoji-bench: its texts, submissions, figures and leaderboard."""
