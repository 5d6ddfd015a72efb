"""Rules: emojis that a community chose for words, ahead of the model's."""
