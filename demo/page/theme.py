"""Theme and serving options of the page; system fonts, so that nothing is fetched elsewhere."""

from pathlib import Path
from typing import Any

from gradio import Blocks
from gradio.themes import Base, sizes

from .gate import request_gate
from .load_shedding import load_shedding

CSS = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")

# An emoji as the icon, drawn by the browser.
HEAD = (
    '<link rel="icon" href="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22'
    ' viewBox=%220 0 100 100%22><text y=%22.9em%22 font-size=%2290%22>😭</text></svg>">'
    '<meta name="description" content="Type a message and see the five emojis that fit.">'
)


def build_theme() -> Base:
    """Return the theme: indigo on grey, light and dark."""
    fonts = ["Inter", "ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "sans-serif"]
    mono = ["ui-monospace", "Menlo", "Consolas", "monospace"]
    theme = Base(
        primary_hue="indigo",
        secondary_hue="indigo",
        neutral_hue="slate",
        text_size=sizes.text_lg,
        radius_size=sizes.radius_lg,
        font=fonts,
        font_mono=mono,
    )
    return theme.set(
        block_border_width="0px",
        block_shadow="none",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_title_text_weight="600",
        body_background_fill="#fbfbfd",
        body_background_fill_dark="#0f1220",
        input_background_fill="#ffffff",
        input_background_fill_dark="#171b2d",
        border_color_primary="#dfe2ee",
        border_color_primary_dark="#2b3352",
        checkbox_border_color="#9aa1b8",
        checkbox_border_color_dark="#7c84a3",
        body_text_color_subdued="#5a6072",
        body_text_color_subdued_dark="#a3aac0",
    )


def serving_options(blocks: Blocks) -> dict[str, Any]:
    """Return the keyword arguments for ``Blocks.launch`` and ``mount_gradio_app``."""
    return {
        "app_kwargs": {
            "middleware": [request_gate(blocks), load_shedding(blocks)],
            "openapi_url": None,
        },
        "theme": build_theme(),
        "css": CSS,
        "head": HEAD,
        "footer_links": ["api"],
        "run_history": False,  # it would store the texts in the browser
        "show_error": False,
        "max_file_size": 0,  # there is nothing to upload
        "ssr_mode": False,
    }
