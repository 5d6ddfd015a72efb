"""Requests and answers of the HTTP API and of the tools for agents."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.remote.messages import MAX_CANDIDATES, MAX_TEXT_LENGTH, MAX_TEXTS
from model.prediction import GravityLevel

MAX_K = 5
MAX_MEMBER_LENGTH = 128

CommunityId = Annotated[
    str,
    Field(
        pattern=r"^[!-~]{1,48}$",
        description="Your id of the community (server, group, user) whose preferences hold: 1 to"
        " 48 printable ASCII characters without spaces.",
        examples=["guild-42"],
    ),
]
MessageId = Annotated[
    str,
    Field(
        pattern=r"^[!-~]{1,64}$",
        description="Your id of a message, unique in its community: 1 to 64 printable ASCII"
        " characters without spaces.",
        examples=["1187"],
    ),
]
MemberId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_MEMBER_LENGTH,
        description="Your id of a person, kept only as a keyed hash.",
        examples=["user-7"],
    ),
]
Language = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9-]{2,35}$",
        description="Language of the reader, BCP 47: the reason for silence is written in it if it"
        " is English, German, Russian or Spanish.",
        examples=["de"],
    ),
]
EmojiText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="A Unicode emoji, or `:name:` for a custom one.",
        examples=["🎉"],
    ),
]
EmojiList = Annotated[
    list[EmojiText],
    Field(
        max_length=MAX_CANDIDATES,
        description="The emojis that you can show; left out, any.",
        examples=[["🎉", "😂", "❤", ":party_parrot:"]],
    ),
]

Withdrawn = Annotated[bool, Field(description="True to take an earlier choose or dislike back.")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class PredictRequest(_Request):
    """Texts for which emojis are wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"texts": ["we won the cup!!"], "community": "guild-42"}]}
    )

    texts: Annotated[
        list[Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]],
        Field(
            min_length=1,
            max_length=MAX_TEXTS,
            repr=False,
            description="They are read and forgotten.",
        ),
    ]
    candidates: EmojiList | None = None
    k: Annotated[int, Field(ge=1, le=MAX_K, description="Most predictions for each text.")] = MAX_K
    community: CommunityId = "default"
    language: Language | None = None
    messages: Annotated[
        list[MessageId] | None,
        Field(
            max_length=MAX_TEXTS,
            description="Your id of each text's message. Then the predictions are kept, never the"
            " text, and feedback can be given; the same id again gets the same answer.",
            examples=[["1187"]],
        ),
    ] = None
    author: MemberId | None = None


class EmojiScore(BaseModel):
    """One predicted emoji."""

    emoji: str
    score: Annotated[
        float,
        Field(description="Calibrated probability over the candidates, with preferences."),
    ]
    model_score: Annotated[float, Field(description="The same without preferences.")]


class TextGravity(BaseModel):
    """The guard against laughter on texts about grief, death, violence or crisis."""

    level: Annotated[
        GravityLevel, Field(description="On grave texts only comforting emojis are predicted.")
    ]
    probability: Annotated[
        float | None,
        Field(description="Of a grave text; null if the artifact has no gravity head."),
    ]
    may_be_self_harm: Annotated[
        bool,
        Field(description="If true nothing should be shown unasked, whatever the level."),
    ]


class TextPrediction(BaseModel):
    """The predictions for one text, and what the bot would do with them."""

    predictions: Annotated[list[EmojiScore], Field(description="Best first.")]
    confidence: Annotated[float, Field(description="Score of the best; 0 without predictions.")]
    threshold: Annotated[
        float | None, Field(description="Lowest score at which an emoji is shown.")
    ]
    speaks: Annotated[bool, Field(description="Whether an emoji should be shown.")]
    emojis: Annotated[list[str], Field(description="What to show; empty for silence.")]
    skip_reason: Annotated[
        str | None, Field(description="Name of the reason for silence.", examples=["gravity"])
    ]
    explanation: Annotated[
        str | None, Field(description="The reason for silence, for people, in their language.")
    ]
    gravity: Annotated[TextGravity | None, Field(description="Null if nothing could be predicted.")]


class PredictAnswer(BaseModel):
    """The answers, in the order of the texts."""

    artifact: Annotated[str, Field(description="Version of the artifact that predicts now.")]
    results: list[TextPrediction]


class FeedbackRequest(_Request):
    """Feedback of a person on the emoji of a message."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"community": "guild-42", "message": "1187", "actor": "user-7", "emoji": "🎉"}
            ]
        }
    )

    message: MessageId
    community: CommunityId = "default"
    actor: MemberId
    action: Annotated[
        Literal["choose", "remove", "dislike"],
        Field(
            description="choose: the person put `emoji` there too, or wants it instead; remove:"
            " they took away what was shown (`emoji`, or all); dislike: none fits."
        ),
    ] = "choose"
    emoji: EmojiText | None = None
    withdrawn: Withdrawn = False


FeedbackOutcome = Literal["recorded", "nothing_shown", "opted_out"]


class FeedbackAnswer(BaseModel):
    """Outcome of the feedback; the same again changes nothing."""

    result: Annotated[
        FeedbackOutcome,
        Field(
            description="nothing_shown: on a message without a shown emoji, an emoji that several"
            " people choose counts as a preference; opted_out: the person does not take part."
        ),
    ]


class MemberRequest(_Request):
    """Request of a person about their own data."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"member": "user-7", "request": "erasure"}]}
    )

    member: MemberId
    request: Annotated[
        Literal["export", "erasure", "opt_out", "opt_in"],
        Field(
            description="export: return what is kept; erasure: erase it, but an opt-out; opt_out:"
            " erase it and keep nothing from now on; opt_in: take that back."
        ),
    ]


class MemberAnswer(BaseModel):
    """Result of a member request."""

    opted_out: Annotated[bool, Field(description="True if the person does not take part now.")]
    erased: Annotated[int | None, Field(description="Rows erased, after erasure.")] = None
    data: Annotated[
        dict[str, object] | None, Field(description="All that is kept, after export.")
    ] = None


class EmojiEntry(BaseModel):
    """One emoji that can be predicted."""

    emoji: str
    names: Annotated[list[str], Field(description="English name and keywords, the name first.")]


class EmojiAnswer(BaseModel):
    """All emojis that can be predicted."""

    artifact: str
    emojis: list[EmojiEntry]
