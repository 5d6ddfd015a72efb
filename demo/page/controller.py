"""The logic of the page between visitor and backend, without Gradio's components."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.text import MAX_CHARACTERS

from .candidates import select_candidates
from .highlights import render_highlights, render_placeholder
from .interface import (
    NONE_FITS,
    Backend,
    Overloaded,
    PredictionRequest,
    PredictionResult,
    VisitorId,
)
from .prediction_tiles import render_status, render_tiles

HINT = "Type something, or take one of the examples."
OVERLOADED = "Too many people are typing right now. Your text is read again in a moment."
TRUNCATED = f" No more than {MAX_CHARACTERS:,} characters fit."
CUSTOM = " Answers with custom emojis are not counted."
NOT_RECORDED = "This could not be saved. Please try again."

NO_RESULT = PredictionResult((), 0.0)


@dataclass(frozen=True, slots=True)
class PageState:
    """The state of one open page."""

    request: PredictionRequest | None = None
    """None until a text has predictions."""
    result: PredictionResult = NO_RESULT
    choice: str | None = None
    """The visitor's choice, None without one."""

    @property
    def is_recordable(self) -> bool:
        """True if a choice can be stored."""
        return self.request is not None and self.request.is_recordable

    def render(self, message: str, *, enabled: bool, retry: str = "") -> str:
        """Render tiles and status line; with ``retry``, the browser sends the text again."""
        enabled = enabled and self.is_recordable
        status = render_status(message, self.choice, enabled=enabled, retry=retry)
        return render_tiles(self.result.predictions, self.choice, enabled=enabled) + status


class PageController:
    """Handlers of changes of the text and of pressed tiles."""

    def __init__(self, backend: Backend) -> None:
        """Use ``backend``."""
        self._backend = backend
        self._enabled = backend.terms is not None

    def render_blank(self) -> str:
        """Render the page before anything was typed."""
        return PageState().render(HINT, enabled=self._enabled)

    async def predict(
        self, visitor: VisitorId, text: str, candidate_set: str, own: Sequence[str]
    ) -> tuple[PageState, str]:
        """Return the state after a change of the text, and its HTML."""
        truncated, candidates = text[:MAX_CHARACTERS], select_candidates(candidate_set, own)
        try:
            result = await self._backend.predict(visitor, truncated, candidates)
        except Overloaded:
            return PageState(), render_overloaded()
        if not result.predictions:
            return PageState(), self.render_blank()
        state = PageState(PredictionRequest(uuid.uuid4().hex, truncated, candidates), result)
        message = self._describe(state) + (TRUNCATED if is_full(text) else "")
        return state, state.render(message, enabled=self._enabled)

    async def explain(self, state: PageState) -> str:
        """Render how much each word contributed to the best prediction."""
        if state.request is None:
            return render_placeholder()
        best = state.result.predictions[0].emoji
        request = state.request
        try:
            units = await self._backend.explain(request.text, best, request.candidates)
        except Overloaded:
            return render_placeholder(OVERLOADED)
        return render_highlights(units, best)

    async def record_choice(
        self, visitor: VisitorId, state: PageState, choice: str
    ) -> tuple[PageState, str]:
        """Record a pressed tile or ``NONE_FITS``; pressing it again takes the choice back."""
        shown = {prediction.emoji for prediction in state.result.predictions}
        is_choice = state.is_recordable and choice in {*shown, NONE_FITS}
        if state.request is None or not self._enabled or not is_choice:
            return state, state.render(HINT, enabled=self._enabled)
        new = None if choice == state.choice else choice
        if not await self._backend.record_choice(visitor, state.request, new, state.choice):
            return state, state.render(NOT_RECORDED, enabled=True)
        recorded = replace(state, choice=new)
        return recorded, recorded.render(_acknowledge(new), enabled=True)

    def _describe(self, state: PageState) -> str:
        result = state.result
        best = result.predictions[0]
        if best.score >= result.threshold:
            message = f"In a chat, the bot would react with {best.emoji}."
        else:
            message = "In a chat, the bot would stay silent: nothing fits well enough."
        if not self._enabled:
            return message
        return message + (" Which one fits best? Press it." if state.is_recordable else CUSTOM)


def render_overloaded() -> str:
    """Render the page of a visitor whose text was refused for the time being."""
    return PageState().render(OVERLOADED, enabled=False, retry=uuid.uuid4().hex)


def is_full(text: str) -> bool:
    """Return True if the text box takes no more.

    Browsers count UTF-16 code units, of which many emojis have two.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 >= MAX_CHARACTERS


def _acknowledge(choice: str | None) -> str:
    if choice is None:
        return "Taken back."
    if choice == NONE_FITS:
        return "Counted: none of these fits. Thank you!"
    return f"Counted: {choice}. Thank you!"
