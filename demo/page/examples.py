"""Example texts of many moods and languages; none is from a training set."""

EXAMPLES = (
    "we won the cup!!! 4-3 in extra time",
    "we lost our dog last night and the house is so quiet",
    "they cancelled my flight AGAIN and nobody helps",
    "oh great, another meeting that could have been an email",
    "there is somebody walking around in our garden right now",
    "there was a hair in my soup. A long one.",
    "thank you so much for staying with me yesterday",
    "pizza tonight with the whole family!",
    "new personal best, 10 km in 44 minutes",
    "I miss you more than I can say",
    "Ну наконец-то выходные)))",
    "опять всё сломалось((",
    "¡Feliz cumpleaños, abuela! Te queremos mucho",
    "Ich kann nicht mehr, heute ging einfach alles schief",
)
