"""Whether the event that a question takes for granted is reported as having happened.

"Why did X settle?" and "How many years did X get?" are answerable only when an article reports the settlement or the
sentence. The reader's model is easily led by an article that merely expects it. Events are told by families of words;
a question whose event is in no family passes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event in the news.

    Attributes:
        asked: How questions name it.
        reported: How an article says that it happened.
    """

    asked: re.Pattern[str]
    reported: re.Pattern[str]


def _event(asked: str, reported: str) -> Event:
    return Event(re.compile(rf"\b(?:{asked})\b", re.I), re.compile(rf"\b(?:{reported})\b", re.I))


_DID = r"(?:did|was|were|has|have|had|got|after|when|why)\b[^?]*?\b"
EVENTS = (
    _event(
        rf"{_DID}(?:years?|months?|sentenced?|prison\s+(?:term|sentence)|jail)\b[^?]*?(?:get|got|given|receive[d]?|sentenced|handed|$)|"
        r"how\s+(?:many|long)\b[^?]*\b(?:prison|jail|bars|sentence)\b[^?]*\b(?:get|got|given|receive[d]?|sentenced|handed)|"
        r"sentenced\s+to|jailed\s+for",
        r"sentenced\s+(?:him|her|them|to)|(?:was|were|been)\s+(?:sentenced|jailed|given|handed|imprisoned)|got\s+(?:\w+\s+)?years|"
        r"received\s+a|jailed|serv(?:ed|ing)|spent",
    ),
    _event(
        rf"{_DID}appeals?\b[^?]*?(?:bring|brought|reduce\w*|cut|lower\w*|succeed\w*|win|won|lose|lost|overturn\w*|end|decided?|rejected|granted)",
        r"appeal\s+(?:\w+\s+){0,3}(?:succeeded|failed|rejected|dismissed|upheld|granted|won|lost)|"
        r"(?:won|lost|upheld|rejected|dismissed|granted)\s+(?:\w+\s+){0,4}appeal|on\s+appeal|overturned|reduced|was\s+cut",
    ),
    _event(
        rf"{_DID}(?:settle[ds]?|settlement)",
        r"settled|settlement\s+(?:was|has|with|of|between)|reached\s+(?:a|an)\s+(?:\w+\s+)?(?:settlement|deal|agreement)|agreed\s+to\s+(?:settle|pay)",
    ),
    _event(
        rf"{_DID}(?:decide|decided|rule|ruled|ruling|verdict)\b[^?]*?(?:in\s+the\s+end|finally|win|won|lose|lost|case|trial)|"
        rf"{_DID}(?:win|lose|won|lost)\s+(?:the|its|his|her|their)\s+(?:\w+\s+){{0,2}}(?:case|trial|suit|lawsuit)",
        r"found\s+(?:\w+\s+){0,3}(?:guilty|liable|that)|verdict\s+(?:was|came|against|for|in)|sided\s+with|ruled\s+(?:that|against|for|in\s+fav\w+)|"
        r"convicted|acquitted|(?:won|lost)\s+(?:\w+\s+){0,4}(?:case|trial|lawsuit)|struck\s+down|dismissed|decided\s+(?:that|in|against|for)|defeat",
    ),
    _event(
        r"who\s+won|(?:final\s+)?score\b[^?]*\b(?:of|in|was)|how\s+many\s+(?:goals|points|runs)\s+(?:did|were)|"
        rf"{_DID}(?:win|won|beat|beaten|lose|lost)\b[^?]*?\b(?:game|match|final|cup|title|race|election|series|title)",
        r"won|wins?|beat(?:s|en)?|defeat(?:s|ed)?|victor\w*|\d+\s?[-–]\s?\d+|lost|loss|drew|draw|triumph\w*|clinch\w*|crowned|elected|"
        r"champions?|scored?|goals?|points|runs|winner",
    ),
    _event(
        rf"{_DID}(?:resign\w*|step\w*\s+down|quit)",
        r"resign(?:ed|s|ation)|stepp(?:ed|ing)\s+(?:down|back|aside)|quit|left|departed|depart(?:ure|ing)|exit(?:ed)?|ousted|out\s+as",
    ),
    _event(
        r"(?:why|when|did)\b[^?]*?\b(?:sack|fire|dismiss)|(?:was|were|got|been|get)\s+(?:\w+\s+)?(?:sacked|fired|dismissed)",
        r"sack(?:ed|ing)|fir(?:ed|ing)|dismiss(?:ed|al)|part(?:ed)?\s+(?:ways|company)|ousted|let\s+go|relieved|lost\s+(?:his|her)\s+job",
    ),
    _event(rf"{_DID}(?:die[ds]?|pass(?:ed)?\s+away|death\s+of)", r"died|dead|death|killed|passed\s+away|late|funeral"),
    _event(
        rf"{_DID}(?:arrest\w*|extradit\w*)",
        r"arrest(?:ed|s)?|detained|taken\s+into\s+custody|handcuffs|extradited|charged",
    ),
    _event(
        rf"{_DID}(?:cancel\w*|scrap\w*|axe[ds]?|call\w*\s+off|shut\s+down|clos\w+\s+down)",
        r"cancel\w*|scrapped|axed|called\s+off|shut\w*|pulled|clos(?:ed|ing|ure)|discontinu\w+|ended|killed|dropped|ditched|abandon\w+",
    ),
    _event(
        rf"{_DID}(?:merge[ds]?|merger|acquire[ds]?|buy\s+out|take\s+over|took\s+over)",
        r"merge[rd]?s?|merging|acqui\w+|bought|buy(?:s|ing)?|purchas\w+|takeover|took\s+over|tak(?:en|es|ing)\s+over|sold|deal|stake|invest\w+",
    ),
)
"""Kinds of event that news questions ask about, and that articles announce before they happen."""


def is_reported(question: str, text: str) -> bool:
    """Whether a text reports what the question takes for granted; true for a question that names no known event."""
    return all(event.reported.search(text) for event in EVENTS if event.asked.search(question))
