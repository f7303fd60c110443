"""Which parts of a page are not its story, by what the page says of them: element names, roles, classes.

What their words say is in `html_words`; `html_body` applies both.
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
    ("bio", r"author-?(?:bio|box|card|profile|description|about)|about-?(?:the-)?author|writer-?bio|bio(?:graphy)?"),
    (
        "byline",
        r"\w*by-?lines?\w*|authors?|reporters?(?:-info)?|journalists?|auteurs?|autor(?:es|a)?|firma|signature|redact(?:eur|or)|verfasser|skribent|author-?(?:name|line|meta|info)|entry-author|posted-by|contributors?",
    ),
    (
        "dateline",
        r"datelines?|dates?|date-?headers?|date-?time|timestamps?|pub-?date|publish(?:ed)?-?(?:date|on|time)|post-?date|entry-date|posted-on|time-?stamp|entry-meta|post-?meta|article-?meta|story-?meta|meta-?info|read(?:ing)?-?time",
    ),
    (
        "comments",
        r"comments?|comment-?list|kommentare?|comentarios?|commentaires?|commenti|reacties|respond|disqus|discussion|reactions?|replies|responses",
    ),
    (
        "promo",
        r"newsletters?|subscri\w+|sign-?up|promos?|promotion|share\w*|sharing|social\w*|follow(?:-?us)?|donat\w+|paywall-?(?:prompt|message|banner|box)|regwall|"
        r"app-?(?:promo|banner|download)|cta|call-to-action|membership|support-?us|log-?in|print|toolbar|action-?bar|utility|tools",
    ),
    (
        "advert",
        r"ad|ads|advert\w*|ad-?(?:slot|unit|wrapper|container|block|label)|adsbygoogle|sponsor\w*|dfp|gpt|mpu|leaderboard|outbrain|taboola|partner-?content|affiliate\w*",
    ),
    (
        "notice",
        r"cookies?|consent|gdpr|cmp|modal|overlay|pop-?up|lightbox|disclaimer|copyright|footer|colophon|imprint|legal|banner|notification|alert-?bar|toast",
    ),
    (
        "related",
        r"related\w*|read-?(?:more|next|also)|also-?read|see-?also|more-?(?:on|from|stories|news|like|in)|recommend\w*|suggest\w*|most-?(?:read|popular|viewed|shared)|"
        r"trending|popular|latest|tags?|tag-?list|topics?|keywords|links|nav|navigation|navbar|menu|breadcrumbs?|crumbs?|pagination|pager|prev-?next|side-?bar|widgets?|rail|"
        r"teasers?|meistgelesen|teilen|dachzeile|kicker|schlagworte|themen|a-voir-aussi|lire-aussi|plus-lus|mas-leido|mais-lidas|carousel|in-?case-you-missed|also-?like|up-?next|next-?(?:up|article)|cat-?links|post-?categories|kicker|category|section-?label|eyebrow|skip-?link|masthead|site-?header|top-?bar|"
        r"ticker|scoreboard|score-?box|weather|jump-?links|toc|table-of-contents|index-?links|archive-?links|onward|poll|quiz|embed-?card",
    ),
)
_CLASS_RULES = tuple((kind, re.compile(rf"(?:^|[\s_-])(?:{words})(?=$|[\s_-]|\d)")) for kind, words in _CLASSES)
_STRUCTURE = frozenset({"html", "body", "main", "article"})


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
    return kind or {
        "author": "byline",
        "datepublished": "dateline",
        "datemodified": "dateline",
        "caption": "caption",
    }.get(prop, "")
