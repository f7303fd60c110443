"""The Gradio page: its parts and what happens between them."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.ui.gradio_import import gradio as gr
from assistant.ui.views.chat import Chat
from assistant.ui.views.sources import render_sources
from assistant.ui.views.welcome import render_welcome

LIMITS = (
    '<div id="byline-filters" role="group" aria-label="Filters" hidden></div>'
    '<p class="lost-bar" role="alert">Connection lost. Reconnecting …</p>'
    '<ol id="byline-queue" aria-label="Queued questions"></ol>'
    '<p class="editing-bar">Editing a question. Its answer and everything after it will be replaced. '
    '<button type="button" data-do="no-edit">Cancel</button></p>'
    '<div class="limits"><button type="button" class="filter" data-do="filters" aria-expanded="false" '
    'aria-controls="byline-filters">Filters</button><ul id="byline-chosen" class="chips" aria-label="Active filters"></ul></div>'
)


def _html(value: str, elem_id: str) -> gr.HTML:
    """A place for our own HTML, without Gradio's styles and its click event."""
    return gr.HTML(value, elem_id=elem_id, elem_classes=["byl"], apply_default_css=False, js_on_load=None)


def build_page(chat: Chat, panes: Mapping[str, str]) -> gr.Blocks:
    """Build the page. It loads nothing.

    Args:
        chat: Handles the events of the first tab.
        panes: Name -> frame of the other tabs, which fetch their contents when they are opened.
    """
    blocks: gr.Blocks
    with gr.Blocks(title="Byline", analytics_enabled=False, fill_width=True, fill_height=True) as blocks:
        _html(
            '<a class="skip" href="#byline-question">Skip to the question</a>'
            '<button type="button" class="side-toggle" data-do="side" aria-label="Conversations"><svg viewBox="0 0 20 20" width="20" '
            'height="20" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" aria-hidden="true"><path d="M3 5.5h14M3 10h14'
            'M3 14.5h14"/></svg></button><p class="brand">Byline</p>',
            elem_id="byline-top",
        )
        with gr.Tabs(elem_id="byline-tabs"):
            with gr.Tab("Ask", id="ask", elem_id="byline-ask"):
                _ask_tab(chat, blocks)
            for name, inside in panes.items():
                key = name.lower()
                with gr.Tab(name, id=key, elem_id=f"byline-tab-{key}") as tab:
                    _html(inside, elem_id=f"byline-{key}")
                tab.select(None, None, None, js=f"() => window.byline.pane('{key}')", api_visibility="private")
    return blocks


def _ask_tab(chat: Chat, blocks: gr.Blocks) -> None:
    with gr.Row(elem_id="byline-columns", equal_height=False):
        with gr.Column(elem_id="byline-left", min_width=0, scale=0):
            _html(
                '<div class="side"><button type="button" class="new" data-do="new">New conversation</button>'
                '<nav aria-label="Conversations"><ul id="byline-conversations"></ul></nav>'
                '<p class="wipe">Export <button type="button" data-do="export-markdown">Markdown</button> or '
                '<button type="button" data-do="export-json">JSON</button></p>'
                '<p class="wipe"><button type="button" data-do="wipe">Delete all conversations</button></p></div>',
                elem_id="byline-side",
            )
        with gr.Column(elem_id="byline-middle", min_width=0):
            with gr.Column(elem_id="byline-scroll"):
                thread = _html(render_welcome(None, "One moment"), elem_id="byline-thread")
                live = _html("", elem_id="byline-live")
            _html(LIMITS, elem_id="byline-limits")
            with gr.Row(elem_id="byline-composer"):
                box = gr.Textbox(
                    elem_id="byline-question", label="Your question", show_label=False, container=False, lines=1, max_lines=8,
                    placeholder="Ask about your articles", max_length=20_000, autofocus=True, scale=1,
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="send"),
                )  # fmt: skip
                ask = gr.Button("Ask", variant="primary", elem_id="byline-send", scale=0, min_width=80)
                stop = gr.Button("Stop", variant="secondary", elem_id="byline-stop", scale=0, min_width=80)
        with gr.Column(elem_id="byline-right", min_width=0, scale=0):
            _html(
                '<div class="sheet-bar"><span>Sources</span><button type="button" class="back" data-do="all-sources">‹ All sources</button>'
                '<button type="button" data-do="sheet">Close</button></div>',
                elem_id="byline-sheetbar",
            )
            sources = _html(render_sources(None, chat.source_state), elem_id="byline-sources")
            _html(
                '<div id="byline-article" tabindex="0" role="region" aria-label="Article"></div>',
                elem_id="byline-reader",
            )
    payload = gr.Textbox(visible=False)
    kept = gr.Textbox(visible=False)
    show = gr.Button("Show", elem_id="byline-show", visible="hidden")
    other = gr.Button("Sources", elem_id="byline-other", visible="hidden")

    asked = gr.on(
        [box.submit, ask.click], chat.ask, [box, payload], [box, thread, live, sources, kept],
        js="(question, payload) => window.byline.begin(question)", show_progress="hidden", api_visibility="private",
        concurrency_limit=None, trigger_mode="multiple",
    )  # fmt: skip
    asked.then(None, kept, None, js="(kept) => window.byline.keep(kept)", api_visibility="private")
    stop.click(
        chat.stop, payload, None, js="() => window.byline.stopping()", queue=False, show_progress="hidden",
        api_visibility="private",
    )  # fmt: skip
    gr.on(
        [show.click, blocks.load], chat.show, payload, [thread, live, sources],
        js="(payload) => window.byline.restore()", show_progress="hidden", api_visibility="private",
        concurrency_limit=None, trigger_mode="multiple",
    ).then(None, None, None, js="() => window.byline.shown()", api_visibility="private").then(
        chat.resume, payload, [live, sources, kept], js="() => window.byline.resuming()", show_progress="hidden",
        api_visibility="private", concurrency_limit=None, trigger_mode="multiple",
    ).then(None, kept, None, js="(kept) => window.byline.resumed(kept)", api_visibility="private")  # fmt: skip
    other.click(
        chat.sources, payload, sources, js="() => window.byline.sourcesOf()", queue=False, show_progress="hidden",
        api_visibility="private",
    ).then(None, None, None, js="() => window.byline.sourcesShown()", api_visibility="private")  # fmt: skip
    blocks.unload(chat.leave)
