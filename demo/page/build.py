"""The page itself, in Gradio's parts."""

import uuid
from typing import Any

import gradio as gr

from model.text import MAX_CHARACTERS

from . import learned, words
from .api import add_endpoint
from .examples import EXAMPLES
from .palette import Palette, choices
from .port import PersonId, Reactor, Terms
from .turn import Seen, Turn

TITLE = "Emoji Reactor"
HEADER = """
<header class="head">
  <h1>Which emoji fits?</h1>
  <p>Write a message as you would in a chat. A small Transformer answers as you type.</p>
</header>"""
WHY = "Why? The words that moved the answer"

_PRESS = """
element.addEventListener('click', (event) => {
  const tile = event.target.closest('button[data-emoji]');
  if (tile && !tile.disabled) trigger('click', {emoji: tile.dataset.emoji});
});
let again;
watch('value', () => {
  clearTimeout(again);
  if (!element.querySelector('[data-again]')) return;
  again = setTimeout(() => trigger('retry'), 1000 + 1000 * Math.random());
});"""
# Neither in the list of endpoints nor on the queue, which would cost more than the answer.
_QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
# Nor through the parts' own conversions, which change nothing here and take a thread for each.
_RAW: dict[str, Any] = {**_QUICK, "preprocess": False, "postprocess": False}


def build(reactor: Reactor) -> gr.Blocks:
    """The page in front of a reactor."""
    turn = Turn(reactor)
    blocks: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False) as blocks:
        person = gr.BrowserState(
            "",
            storage_key="emoji-reactor-person",
            secret="an id, no secret",  # noqa: S106 - Gradio scrambles what the browser keeps
        )
        gr.HTML(HEADER)
        with gr.Tabs():
            with gr.Tab("Try it"):
                _try(reactor, turn, person)
            if reactor.counts:
                with gr.Tab("What it has learned") as second:
                    told = gr.HTML(elem_id="learned")
                _show_learned(reactor, second, told)
        blocks.load(_known, person, person, **_QUICK)
        add_endpoint(reactor)
    return blocks


def _known(person: str) -> str:
    """A random id on the first visit."""
    return person or uuid.uuid4().hex


def _try(reactor: Reactor, turn: Turn, person: gr.BrowserState) -> None:
    seen = gr.State(Seen())
    text = gr.Textbox(
        label="Your message",
        placeholder="we lost our dog last night…",
        lines=3,
        max_lines=8,
        max_length=MAX_CHARACTERS,
        autofocus=True,
        elem_id="message",
    )
    five = gr.HTML(turn.blank(), js_on_load=_PRESS, elem_id="five")
    gr.Examples(
        [[example] for example in EXAMPLES],
        text,
        label="Examples",
        examples_per_page=len(EXAMPLES),
        elem_id="examples",
        api_visibility="private",
    )
    palette = gr.Radio(
        [str(choice) for choice in Palette],
        value=str(Palette.ALL),
        label="Choose among",
        elem_id="palette",
    )
    own = gr.Dropdown(
        choices(reactor.emojis),
        multiselect=True,
        allow_custom_value=True,
        label="My emojis",
        info="Search by name; a custom one of your server is :party_parrot:",
        visible=False,
        elem_id="own",
    )
    with gr.Accordion(WHY, open=False, elem_id="why") as why:
        marked = gr.HTML(words.nothing())
    if reactor.terms is not None:
        _consent(reactor, reactor.terms, person)
    opened = gr.State(False)
    asked = [text, palette, own, opened, person]
    shown = [seen, five, marked]

    async def read(
        text: str, palette: str, own: list[str], opened: bool, person: str
    ) -> tuple[Seen, str, str]:
        now, page = await turn.read(PersonId(person), text, palette, own or [])
        return now, page, await turn.why(now) if opened else words.nothing()

    async def press(seen: Seen, person: str, pressed: gr.EventData) -> tuple[Seen, str]:
        return await turn.say(PersonId(person), seen, pressed.emoji)

    changed = [text.change, palette.change, own.change, five.retry]
    gr.on(changed, read, asked, shown, trigger_mode="always_last", **_RAW)
    palette.input(lambda chosen: gr.update(visible=chosen == Palette.OWN), palette, own, **_QUICK)
    five.click(press, [seen, person], [seen, five], **_QUICK)
    why.expand(turn.why, seen, marked, **_QUICK).then(lambda: True, None, opened, **_QUICK)
    why.collapse(lambda: False, None, opened, **_QUICK)


def _consent(reactor: Reactor, terms: Terms, person: gr.BrowserState) -> None:
    with gr.Column(elem_id="terms"):
        gr.Markdown(terms.always)
        agreed = gr.Checkbox(label=terms.consent, elem_id="consent")
        erase = gr.Button("Erase what I gave", size="sm", elem_id="erase")
        told = gr.HTML(elem_id="told")

    async def agree(given: bool, person: str) -> tuple[bool, str]:
        if not await reactor.consent(PersonId(person), given):
            return not given, _line("This could not be kept. Please try again.")
        return given, _line("Thank you." if given else "Taken back, and the texts are erased.")

    async def forget(person: str) -> tuple[bool, str]:
        erased = await reactor.forget(PersonId(person))
        if erased is None:
            return False, _line("Nothing could be erased now. Please try again.")
        return False, _line("Everything that you gave here is erased.")

    async def restore(person: str) -> bool:
        return bool(person) and await reactor.consented(PersonId(person))

    agreed.input(agree, [agreed, person], [agreed, told], **_QUICK)
    erase.click(forget, person, [agreed, told], **_QUICK)
    person.change(restore, person, agreed, **_QUICK)


def _line(words: str) -> str:
    return f'<p class="status" role="status">{words}</p>'


def _show_learned(reactor: Reactor, tab: gr.Tab, told: gr.HTML) -> None:
    async def show() -> str:
        known = await reactor.learned()
        return learned.page(known) if known else learned.UNKNOWN

    tab.select(show, None, told, **_QUICK)
