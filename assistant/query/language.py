"""The language of a question, by its script and its commonest words. For short texts; nothing is loaded."""

from __future__ import annotations

import re

_COMMON = {
    "en": "the of and to in is was what who how did does when where why which for on with that has are his her at by from about it were say said",
    "de": "der die das und ist war was wer wie wann wo warum welche welcher hat haben viele für mit auf von den dem ein eine nicht über zu im am wird",
    "fr": "le la les des et est était que qui quoi quel quelle quand où pourquoi comment pour avec sur une un dans du au aux il elle ont combien à",
    "es": "el la los las y es fue qué quién cuándo dónde por cómo cuál cuánto para con una un del al en se su ha pagó según está",
    "pt": "o a os as e é foi que quem quando onde por como qual quanto para com uma um do da no na dos das em se pela pelo ao vez",
    "it": "il lo la gli le e è era che chi quando dove perché come quale quanto per con una un del della nel di si ha sono",
    "nl": "de het een en is was wat wie wanneer waar waarom hoe welke heeft voor met op van niet over te zijn door hoeveel",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")), ("ko", re.compile("[\uac00-\ud7af]")), ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")), ("ru", re.compile("[\u0400-\u04ff]")), ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")), ("hi", re.compile("[\u0900-\u097f]")), ("th", re.compile("[\u0e00-\u0e7f]")),
)  # fmt: skip
SURE = 2
"""Common words by which another language must be ahead of English."""


def question_language(text: str) -> str:
    """ISO 639-1 code of the language; "en" when in doubt."""
    letters = max(1, len(re.findall(r"[^\W\d_]", text)))
    for language, script in _SCRIPTS:
        if len(script.findall(text)) * 3 > letters:
            return language
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= counts["en"] + SURE else "en"
