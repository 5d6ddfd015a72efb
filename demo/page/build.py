"""The layout of the page in Gradio's components, and their events."""

import uuid
from typing import Any

import gradio as gr

from model.text import MAX_CHARACTERS

from .api import add_endpoint
from .blocks import PageBlocks
from .candidates import MAX_CANDIDATES, CandidateSet, searchable_emojis
from .controller import PageController, PageState
from .examples import EXAMPLES
from .highlights import render_placeholder
from .interface import Backend, Terms, VisitorId
from .statistics_tab import UNAVAILABLE, render_statistics

TITLE = "Emoji Reactor"
HEADER = """
<header class="head">
  <h1>Which emoji fits?</h1>
  <p>Write a message as you would in a chat. A small Transformer answers as you type.</p>
</header>"""
EXPLANATION_LABEL = "Why? The words that moved the answer"

_TILE_EVENTS = """
element.addEventListener('click', (event) => {
  const tile = event.target.closest('button[data-emoji]');
  if (tile && !tile.disabled) trigger('click', {emoji: tile.dataset.emoji});
});
let retry;
watch('value', () => {
  clearTimeout(retry);
  if (!element.querySelector('[data-retry]')) return;
  retry = setTimeout(() => trigger('retry'), 1000 + 1000 * Math.random());
});"""
# Gradio's queue would cost more than a prediction; only /predict is listed as an endpoint.
_UNQUEUED: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
}
# Gradio's conversions change nothing here, and would use a thread for each component.
_UNCONVERTED: dict[str, Any] = {**_UNQUEUED, "preprocess": False, "postprocess": False}


def build_page(backend: Backend) -> gr.Blocks:
    """Build the page in front of a backend."""
    controller = PageController(backend)
    blocks: PageBlocks
    with PageBlocks(TITLE) as blocks:
        visitor = gr.BrowserState(
            "",
            storage_key="emoji-reactor-visitor",
            secret="an id, no secret",  # noqa: S106 - Gradio scrambles what the browser stores
        )
        gr.HTML(HEADER)
        with gr.Tabs():
            with gr.Tab("Try it"):
                _add_prediction_tab(backend, controller, visitor)
            if backend.has_statistics:
                with gr.Tab("What it has learned") as tab:
                    statistics = gr.HTML(elem_id="statistics")
                _show_statistics(backend, tab, statistics)
        blocks.load(assign_id, visitor, visitor, **_UNQUEUED)
        add_endpoint(backend)
    return blocks


def assign_id(visitor: str | None) -> str:
    """Return the visitor's id, a new random one at the first visit."""
    return visitor or uuid.uuid4().hex


def _add_prediction_tab(
    backend: Backend, controller: PageController, visitor: gr.BrowserState
) -> None:
    state = gr.State(PageState())
    text = gr.Textbox(
        label="Your message",
        placeholder="we lost our dog last night…",
        lines=3,
        max_lines=8,
        max_length=MAX_CHARACTERS,
        autofocus=True,
        elem_id="message",
    )
    tiles = gr.HTML(controller.render_blank(), js_on_load=_TILE_EVENTS, elem_id="predictions")
    gr.Examples(
        [[example] for example in EXAMPLES],
        text,
        label="Examples",
        examples_per_page=len(EXAMPLES),
        elem_id="examples",
        api_visibility="private",
    )
    candidate_set = gr.Radio(
        [str(choice) for choice in CandidateSet],
        value=str(CandidateSet.ALL),
        label="Choose among",
        elem_id="candidates",
    )
    own = gr.Dropdown(
        searchable_emojis(backend.emojis),
        multiselect=True,
        max_choices=MAX_CANDIDATES,
        allow_custom_value=True,
        label="My emojis",
        info="Search by name; a custom one of your server is :party_parrot:",
        visible=False,
        elem_id="own-emojis",
    )
    with gr.Accordion(EXPLANATION_LABEL, open=False, elem_id="explanation") as explanation:
        highlights = gr.HTML(render_placeholder())
    if backend.terms is not None:
        _add_consent_form(backend, backend.terms, visitor)
    is_open = gr.State(False)
    inputs = [text, candidate_set, own, is_open, visitor]

    async def predict_typed_text(
        text: str, candidate_set: str, own: list[str], is_open: bool, visitor: str
    ) -> tuple[PageState, str, str]:
        state, html = await controller.predict(VisitorId(visitor), text, candidate_set, own or [])
        return state, html, await controller.explain(state) if is_open else render_placeholder()

    def show_own_candidates(candidate_set: str) -> dict[str, Any]:
        return gr.update(visible=candidate_set == CandidateSet.OWN)

    def open_explanation() -> bool:
        return True

    def close_explanation() -> bool:
        return False

    async def press(state: PageState, visitor: str, event: gr.EventData) -> tuple[PageState, str]:
        return await controller.record_choice(VisitorId(visitor), state, event.emoji)

    gr.on(
        [text.change, candidate_set.change, own.change, tiles.retry],
        predict_typed_text,
        inputs,
        [state, tiles, highlights],
        trigger_mode="always_last",
        **_UNCONVERTED,
    )
    candidate_set.input(
        show_own_candidates,
        candidate_set,
        own,
        **_UNQUEUED,
    )
    tiles.click(press, [state, visitor], [state, tiles], **_UNQUEUED)
    explanation.expand(controller.explain, state, highlights, **_UNQUEUED).then(
        open_explanation, None, is_open, **_UNQUEUED
    )
    explanation.collapse(close_explanation, None, is_open, **_UNQUEUED)


def _add_consent_form(backend: Backend, terms: Terms, visitor: gr.BrowserState) -> None:
    with gr.Column(elem_id="terms"):
        gr.Markdown(terms.storage)
        consent = gr.Checkbox(label=terms.consent, elem_id="consent")
        erase_button = gr.Button("Erase what I gave", size="sm", elem_id="erase")
        status = gr.HTML(elem_id="consent-status")

    async def set_consent(given: bool, visitor: str) -> tuple[bool, str]:
        if not await backend.set_consent(VisitorId(visitor), given):
            return not given, _render_line("This could not be saved. Please try again.")
        message = "Thank you." if given else "Taken back, and the texts are erased."
        return given, _render_line(message)

    async def erase(visitor: str) -> tuple[bool, str]:
        erased = await backend.erase(VisitorId(visitor))
        if erased is None:
            return False, _render_line("Nothing could be erased now. Please try again.")
        return False, _render_line("Everything that you gave here is erased.")

    async def restore(visitor: str) -> bool:
        return bool(visitor) and await backend.has_consented(VisitorId(visitor))

    consent.input(set_consent, [consent, visitor], [consent, status], **_UNQUEUED)
    erase_button.click(erase, visitor, [consent, status], **_UNQUEUED)
    visitor.change(restore, visitor, consent, **_UNQUEUED)


def _render_line(message: str) -> str:
    return f'<p class="status" role="status">{message}</p>'


def _show_statistics(backend: Backend, tab: gr.Tab, component: gr.HTML) -> None:
    async def show_statistics() -> str:
        statistics = await backend.statistics()
        return render_statistics(statistics) if statistics else UNAVAILABLE

    tab.select(show_statistics, None, component, **_UNQUEUED)
