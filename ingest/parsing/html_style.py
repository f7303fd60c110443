"""Finds the text of a page that a reader cannot see, by computed style.

Reads `<style>` sheets and `style` attributes for the handful of properties that hide text. Style sheets of other
files are not fetched. Text that a script may show later (a folded answer) counts as hidden only when the style says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MAX_SHEETS = 300_000
"""Characters of style sheets that are read for one page."""
MAX_RULES = 400
"""Rules with a property of interest that are applied."""
MOST = 0.5
"""An element with more of the page's running text than this is not hidden: a dialogue covers it in a saved page, or
a script shows it when the page is ready."""
_RUN = 60
"""Characters; a longer piece of text is running text."""

Style = dict[str, str]

_PROPERTIES = frozenset(
    "display visibility font-size opacity position left top right text-indent clip clip-path width height overflow "
    "color background background-color transition animation".split()
)
_WORTH_READING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0|opacity\s*:\s*0|position\s*:\s*(?:absolute|fixed)|"
    r"text-indent\s*:\s*-|clip(?:-path)?\s*:",
    re.I,
)
_UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader(?:-text|-only)?|u-hidden-visually|element-invisible|d-none|is-hidden)(?=\s|$)",
    re.I,
)
_SHOWN_WIDE = re.compile(r"(?:^|\s)d-(?:sm|md|lg|xl)-(?:block|flex|inline|table)", re.I)


def hidden_elements(tree: Any) -> list[Any]:
    """Find the outermost elements whose text a reader cannot see.

    Args:
        tree: The page's root element.

    Returns:
        Elements in document order, none inside another.
    """
    styles = _sheet_styles(tree)
    total = running_length(tree)
    found: list[Any] = []
    inside: set[Any] = set()
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("html", "body", "head"):
            continue
        parent = node.getparent()
        if parent is not None and parent in inside:
            inside.add(node)
        elif _hidden(node, styles.get(node, {})) and not (total and running_length(node) > MOST * total):
            found.append(node)
            inside.add(node)
    return found


def running_length(node: Any) -> int:
    """Characters of running text in an element: longer pieces of text, no scripts."""
    texts = node.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return sum(len(text) for text in texts if len(text.strip()) > _RUN)


def _hidden(node: Any, sheet: Style) -> bool:
    if node.get("hidden") is not None and node.get("hidden") != "until-found":
        return True
    if node.get("aria-hidden") == "true" and not _drop_cap(node):
        return True
    names = node.get("class") or ""
    if _UNSEEN_CLASS.search(names) and not _SHOWN_WIDE.search(names):
        return True
    inline = node.get("style")
    style = {**sheet, **(_inline(inline) if inline else {})}
    return bool(style) and unseen(style)


def unseen(style: Style) -> bool:
    """Whether an element with this style shows no text."""
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if _length(style.get("font-size", "16px")) == 0:
        return True
    fades = any(name in style for name in ("transition", "animation"))
    if re.fullmatch(r"0?\.?0+%?", style.get("opacity", "1")) and not fades:
        return True
    if _length(style.get("text-indent", "0")) <= -500:
        return True
    if style.get("position") in ("absolute", "fixed") and _out_of_sight(style):
        return True
    cut = style.get("overflow") in ("hidden", "clip")
    if cut and any(0 <= _length(style.get(side, "99px")) <= 1 for side in ("width", "height")):
        return True
    ink, paper = style.get("color"), style.get("background-color") or style.get("background")
    return ink is not None and _colour(ink) == _colour(paper or "") or ink == "transparent"


def _out_of_sight(style: Style) -> bool:
    if any(abs(_length(style.get(side, "0"))) >= 900 for side in ("left", "top", "right")):
        return True
    if re.search(r"rect\(\s*(?:0|1px|0px)(?:[\s,]+(?:0|1px|0px)){3}\s*\)", style.get("clip", "")):
        return True
    return re.search(r"inset\(\s*(?:50|100)%", style.get("clip-path", "")) is not None


def _length(value: str) -> float:
    match = re.match(r"(-?\d*\.?\d+)(px|em|rem|%|vw|vh|pt)?$", value.strip())
    if not match:
        return 100.0
    return float(match.group(1)) * {"em": 16, "rem": 16, "vw": 12, "vh": 8, "%": 12}.get(match.group(2) or "px", 1)


def _colour(value: str) -> str:
    value = re.sub(r"\s+", "", value.lower())
    if match := re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", value):
        value = "#" + "".join(2 * digit for digit in match.groups())
    return {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}.get(
        value, value
    )


def _drop_cap(node: Any) -> bool:
    """A single letter that screen readers skip since the whole word is there for them; readers see it."""
    text = node.text_content().strip()
    return len(text) == 1 and text.isalpha() and bool(node.tail) and node.tail[:1].isalpha()


def _inline(value: str) -> Style:
    style: Style = {}
    for part in value.split(";")[:60]:
        name, _, worth = part.partition(":")
        if name.strip().lower() in _PROPERTIES:
            style[name.strip().lower()] = re.sub(r"\s*!important", "", worth.strip().lower())
    return style


def _sheet_styles(tree: Any) -> dict[Any, Style]:
    """Element -> the properties that the page's own sheets give it, in the order of the cascade."""
    text = "\n".join(node.text or "" for node in tree.iter("style"))[:MAX_SHEETS]
    if not _WORTH_READING.search(text):
        return {}
    from cssselect import HTMLTranslator

    styles: dict[Any, Style] = {}
    translator = HTMLTranslator()
    for _, _, selector, style in sorted(_rules(text), key=lambda rule: rule[:2]):
        try:
            nodes = tree.xpath(translator.selector_to_xpath(selector))
        except Exception:  # noqa: S112  # a selector that cannot be translated (:hover) hides nothing for a reader
            continue
        for node in nodes:
            styles.setdefault(node, {}).update(style)
    return styles


def _rules(text: str) -> Iterator[tuple[tuple[int, int, int], int, Any, Style]]:
    """Specificity, order, selector and style of the rules that touch a property of interest."""
    from cssselect import SelectorError, parse

    count = 0
    for prelude, style in _blocks(text):
        count += 1
        if count > MAX_RULES:
            return
        try:
            selectors = parse(prelude)
        except SelectorError:
            continue
        for selector in selectors:
            if selector.pseudo_element is None:
                yield selector.specificity(), count, selector, style


def _blocks(text: str) -> Iterator[tuple[str, Style]]:
    """Selector text and declarations, also from inside `@media` rules that hold for a screen."""
    import tinycss2

    waiting = [tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)]
    while waiting:
        for rule in waiting.pop(0):
            if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content:
                if re.fullmatch(r"\s*(?:only\s+)?(?:screen|all)\s*", tinycss2.serialize(rule.prelude)):
                    waiting.append(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
            elif rule.type == "qualified-rule":
                style = _inline(tinycss2.serialize(rule.content))
                if style:
                    yield tinycss2.serialize(rule.prelude).strip(), style
