"""Which parts of a page are not its story, by what the page says of them: element names, roles, classes, headings.

Holds the words; `html_body` applies them.
"""

from __future__ import annotations

import re
from typing import Any

KEPT_KINDS = frozenset({"caption", "credit", "byline", "dateline", "headline", "pull-quote"})
"""Kinds of lines that stay in the text, marked; the others are left out of it."""

_TAGS = {"nav": "related", "footer": "notice", "aside": "related", "form": "promo", "figcaption": "caption",
         "fieldset": "promo", "menu": "related", "caption": "caption"}  # fmt: skip
_ROLES = {"navigation": "related", "complementary": "related", "contentinfo": "notice", "banner": "related",
          "search": "related", "dialog": "notice", "alertdialog": "notice", "menu": "related", "toolbar": "promo"}  # fmt: skip
_CLASSES: tuple[tuple[str, str], ...] = (
    ("caption", r"captions?|figcaption|wp-caption-text|image-?description|legend"),
    ("credit", r"credits?|copyright-?holder|photographer|image-?source|photo-?by"),
    ("pull-quote", r"pull-?quotes?|pulled-?quotes?|block-?teaser-quote"),
    ("byline", r"by-?lines?|author-?(?:name|line|meta|info)|entry-author|posted-by|contributors?"),
    ("dateline", r"datelines?|date-?time|timestamps?|pub-?date|publish(?:ed)?-?(?:date|on|time)|post-?date|entry-date|posted-on|time-?stamp|entry-meta|post-?meta|article-?meta|story-?meta|meta-?info|read(?:ing)?-?time"),
    ("bio", r"author-?(?:bio|box|card|profile|description|about)|about-?(?:the-)?author|writer-?bio|bio(?:graphy)?"),
    ("comments", r"comments?|comment-?list|respond|disqus|discussion|reactions?|replies|responses"),
    ("promo", r"newsletters?|subscri\w+|sign-?up|promos?|promotion|share\w*|sharing|social\w*|follow(?:-?us)?|donat\w+|paywall|regwall|"
              r"meter(?:ed)?|piano|app-?(?:promo|banner|download)|cta|call-to-action|membership|support-?us|log-?in|print|toolbar|action-?bar|utility|tools"),
    ("advert", r"ad|ads|advert\w*|ad-?(?:slot|unit|wrapper|container|block|label)|adsbygoogle|sponsor\w*|dfp|gpt|mpu|leaderboard|outbrain|taboola|partner-?content|affiliate\w*"),
    ("notice", r"cookies?|consent|gdpr|cmp|modal|overlay|pop-?up|lightbox|disclaimer|copyright|footer|colophon|imprint|legal|banner|notification|alert-?bar|toast"),
    ("related", r"related\w*|read-?(?:more|next|also)|also-?read|see-?also|more-?(?:on|from|stories|news|like|in)|recommend\w*|suggest\w*|most-?(?:read|popular|viewed|shared)|"
                r"trending|popular|latest|tags?|tag-?list|topics?|keywords|links|nav|navigation|navbar|menu|breadcrumbs?|crumbs?|pagination|pager|prev-?next|side-?bar|widgets?|rail|"
                r"teasers?|carousel|in-?case-you-missed|also-?like|up-?next|next-?(?:up|article)|cat-?links|post-?categories|kicker|category|section-?label|eyebrow|skip-?link|masthead|site-?header|top-?bar|"
                r"ticker|scoreboard|score-?box|weather|jump-?links|toc|table-of-contents|index-?links|archive-?links|onward|poll|quiz|embed-?card"),
)
_CLASS_RULES = tuple((kind, re.compile(rf"(?:^|[\s_-])(?:{words})(?=$|[\s_-]|\d)")) for kind, words in _CLASSES)
_STRUCTURE = frozenset({"html", "body", "main", "article"})

ASIDE_HEADING = re.compile(
    r"^\W*(?:related(?:\s+\w+){0,3}|(?:most|more)\s+(?:read|popular|viewed|shared|from|on|in|stories|news|like|about|to\s+read)\b.{0,50}|more|"
    r"(?:read|see|watch|listen)\s+(?:also|more|next|on)\b.{0,40}|also\s+(?:read|in|on)\b.{0,40}|trending(?:\s+\w+){0,3}|recommended(?:\s+\w+){0,3}|"
    r"you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\s+interested)\b.{0,30}|(?:don['’]t|do\s+not)\s+miss\b.{0,20}|editors?['’]?s?\s+(?:picks?|choice)|"
    r"(?:latest|top|other|popular)\s+(?:news|stories|headlines|articles|posts|videos)\b.{0,30}|what\s+to\s+read\s+next|up\s+next|keep\s+reading|from\s+the\s+archives?|"
    r"(?:\d+\s+)?(?:comments?|responses?|replies|reader\s+comments|readers['’]?\s+\w+)(?:\s*\(?\d*\)?)?|(?:leave|post|add|write)\s+a\s+(?:comment|reply)\b.{0,20}|join\s+the\s+(?:conversation|discussion|debate)\b.{0,40}|"
    r"what\s+do\s+you\s+think\??|have\s+your\s+say|(?:share|print|save)\s+(?:this|on|via)\b.{0,40}|share|follow\s+(?:us|the)\b.{0,40}|"
    r"tags?|topics?|filed\s+under|in\s+this\s+(?:article|story)|(?:about|on)\s+the\s+(?:author|writer|reporter)s?|(?:sign\s+up|subscribe|newsletter)\b.{0,60}|"
    r"advertisements?|sponsored(?:\s+\w+){0,2}|partner\s+content|around\s+the\s+web|elsewhere\s+on\b.{0,30}|promoted\s+(?:stories|links|content))\W*$",
    re.I,
)
"""Headings of sections that are not the story."""


def element_kind(node: Any) -> str:
    """What an element says that it holds: a kind of marked line, "" when it says nothing.

    Args:
        node: An element.
    """
    tag = node.tag
    if tag in _STRUCTURE:
        return ""
    kind = _TAGS.get(tag) or _ROLES.get(node.get("role") or "", "")
    names = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('data-testid') or ''} {node.get('data-component') or ''}"
    names = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", names).lower()
    named = next((name for name, rule in _CLASS_RULES if rule.search(names)), "") if names.strip() else ""
    if tag in ("figcaption", "caption"):
        return "caption"
    if named:
        return named
    prop = (node.get("itemprop") or "").lower()
    return kind or {"author": "byline", "datepublished": "dateline", "datemodified": "dateline", "caption": "caption"}.get(prop, "")
