"""The theme of Gradio's own components; everything else is in `static/byline.css`."""

from __future__ import annotations

from assistant.ui.gradio_import import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Our colours, light and dark, as Gradio's variables; system fonts only."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=list(SANS),
        font_mono=list(MONO),
    )
    values: dict[str, str] = {}
    for name, variable in {
        "body_background_fill": "paper",
        "body_text_color": "ink",
        "body_text_color_subdued": "soft",
        "background_fill_primary": "sheet",
        "background_fill_secondary": "paper",
        "block_background_fill": "sheet",
        "block_label_text_color": "soft",
        "block_title_text_color": "ink",
        "block_info_text_color": "soft",
        "border_color_primary": "line",
        "border_color_accent": "accent",
        "color_accent": "accent",
        "color_accent_soft": "wash",
        "link_text_color": "accent",
        "input_background_fill": "sheet",
        "input_border_color": "edge",
        "input_border_color_focus": "accent",
        "input_placeholder_color": "soft",
        "button_primary_background_fill": "accent",
        "button_primary_background_fill_hover": "accent-strong",
        "button_primary_text_color": "on-accent",
        "button_primary_border_color": "accent",
        "button_secondary_background_fill": "sheet",
        "button_secondary_background_fill_hover": "wash",
        "button_secondary_text_color": "ink",
        "button_secondary_border_color": "edge",
    }.items():
        values[name] = values[f"{name}_dark"] = f"var(--{variable})"
    return base.set(**{key: value for key, value in values.items() if key in _known(base)})


def _known(base: gr.themes.Base) -> set[str]:
    import inspect

    return set(inspect.signature(base.set).parameters)
