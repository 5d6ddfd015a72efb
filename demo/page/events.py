"""Requests of browsers and programs, parsed into typed values before Gradio sees them."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias, TypeVar

from gradio import Blocks
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from .candidates import MAX_CANDIDATES, CandidateSet

MAX_BODY_BYTES = 64 << 10
"""The longest text with the most candidates takes half of it."""
MAX_TEXT_LENGTH = 16_000
"""Characters of a text; only the first thousand are read."""
PREDICT_FUNCTION = "predict_typed_text"
"""Gradio's name of the function that handles changes of the text."""
API_FUNCTION = "predict"
"""Gradio's name of the endpoint for programs."""

_Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]
_Emoji = Annotated[str, Field(max_length=64)]
_Typed = Annotated[str, Field(max_length=256)]
_Emojis = Annotated[list[_Typed], Field(max_length=MAX_CANDIDATES)] | None
_Visitor = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
_Stored: TypeAlias = None
"""A value that the server keeps for the session; the browser sends null."""
_Session = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")] | None

_ARGUMENTS: Mapping[str, Any] = {
    PREDICT_FUNCTION: tuple[_Text, CandidateSet, _Emojis, _Stored, _Visitor],
    "press": tuple[_Stored, _Visitor],
    "set_consent": tuple[bool, _Visitor],
    "erase": tuple[_Visitor],
    "restore": tuple[_Visitor],
    "assign_id": tuple[_Visitor | None],
    "load_example": tuple[int],
    "show_own_candidates": tuple[CandidateSet],
    "explain": tuple[_Stored],
    "open_explanation": tuple[()],
    "close_explanation": tuple[()],
    "show_statistics": tuple[()],
    API_FUNCTION: tuple[_Text, _Emojis] | tuple[_Text],
}
"""Name of a function -> the types of its arguments."""
_PARSERS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(arguments) for name, arguments in _ARGUMENTS.items()
}


T = TypeVar("T")


class InvalidEvent(Exception):
    """A request that the page does not understand; the text does not quote it."""


class _PressData(BaseModel):
    model_config = ConfigDict(extra="ignore")

    emoji: _Emoji


class _NamedArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: _Text
    candidates: _Emojis = None


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data: Annotated[list[Any], Field(max_length=8)]
    fn_index: int | None = None
    session_hash: _Session = None
    trigger_id: int | None = None
    event_data: Any = None
    simple_format: bool = False


class EventParser:
    """Parser of the bodies of requests to the functions of one page."""

    def __init__(self, blocks: Blocks) -> None:
        """Read the functions' numbers from ``blocks``.

        Raises:
            KeyError: a function's arguments are not listed here.
        """
        names = {number: str(block.api_name) for number, block in blocks.fns.items()}
        self._parsers = {number: (name, _PARSERS[name]) for number, name in names.items()}
        [self._api] = [number for number, name in names.items() if name == API_FUNCTION]

    def parse_event(self, body: bytes) -> None:
        """Check an event of the page, or a call of the endpoint by its number or name.

        Raises:
            InvalidEvent: it is not one.
        """
        self._parse(body, self._parsers)

    def parse_call(self, body: bytes) -> None:
        """Check a call of the endpoint for programs.

        Raises:
            InvalidEvent: it is not one.
        """
        self._parse(body, {self._api: self._parsers[self._api]})

    def parse_named_arguments(self, body: bytes) -> None:
        """Check a call whose arguments have names.

        Raises:
            InvalidEvent: it is not one.
        """
        _translate_errors(lambda: _NamedArguments.model_validate_json(body, strict=True))

    def _parse(self, body: bytes, parsers: Mapping[int, tuple[str, TypeAdapter[Any]]]) -> None:
        event = _translate_errors(lambda: _Event.model_validate_json(body, strict=True))
        number = self._api if event.fn_index is None else event.fn_index
        if number not in parsers:
            raise InvalidEvent("fn_index: no function has this number")
        name, parser = parsers[number]
        data = json.dumps(event.data)
        _translate_errors(lambda: parser.validate_json(data, strict=True))
        if name == "press":
            _translate_errors(lambda: _PressData.model_validate(event.event_data))


def _translate_errors(parse: Callable[[], T]) -> T:
    try:
        return parse()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"][:3])
        raise InvalidEvent(f"{key}: {first['msg']}"[:200]) from None
