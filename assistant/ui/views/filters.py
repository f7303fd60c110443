"""The filter panel: outlets, days of publication, and a latest day."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.ui.views.html import esc

SHOWN_OUTLETS = 500


def render_filters(outlets: Mapping[str, int], days: tuple[str, str] | None) -> str:
    """The panel's content.

    Args:
        outlets: Outlet -> number of its articles.
        days: First and last day of publication in the library.
    """
    rows = "".join(
        f'<li><label><input type="checkbox" name="outlet" value="{esc(name)}"> <span>{esc(name)}</span> '
        f"<small>{count:,}</small></label></li>"
        for name, count in list(outlets.items())[:SHOWN_OUTLETS]
    )
    first, last = days or ("", "")
    limits = f' min="{esc(first)}" max="{esc(last)}"' if days else ""
    listed = f'<ul class="outlets">{rows}</ul>' if rows else '<p class="none">No outlets yet.</p>'
    return (
        f'<fieldset><legend>Outlets</legend>{listed}</fieldset><fieldset class="days"><legend>Published</legend>'
        f'<label>from <input type="date" name="since"{limits}></label>'
        f'<label>until <input type="date" name="until"{limits}></label></fieldset>'
        '<fieldset class="days"><legend>As of a day</legend>'
        f'<label>only articles published by <input type="date" name="as_of"{limits}></label></fieldset>'
        '<p id="byline-filters-wrong" role="alert"></p>'
        '<p class="panel-tools"><button type="button" data-do="no-filters">Clear</button>'
        '<button type="button" class="primary" data-do="close-filters">Done</button></p>'
    )
