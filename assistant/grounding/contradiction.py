"""Whether a sentence turns what its source says: negations, hedges, opposites, and who did it to whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.grounding.claims import TITLES, Claim, Word, name_words, stem
from assistant.text.lexical import STOPWORDS

_NEGATIONS = frozenset(
    """not no never none nor neither nobody nothing nowhere without cannot denied denies deny denying refused refuses refuse
    rejected rejects reject disliked dislikes dislike failed fails fail declined declines decline unable hardly barely""".split()
)
ONE_WORD = 0.8
"""Share of a sentence that its source has word for word, from which one word put for another tells a different thing."""
_UNIVERSAL = frozenset("none nobody nothing neither never no".split())
_HEDGES = frozenset(
    """may might could perhaps possibly probably likely unlikely reportedly allegedly apparently potentially seemingly expect
    expected expects expecting hope hoped hopes hoping plan planned plans planning aim aims intend intends suggest suggests
    suggested appear appears appeared seem seems seemed fear feared fears believed thought estimate estimated estimates propose
    proposed proposes offered promised promise promises claim claims claimed alleged indicate indicates predicted predicts forecast
    want wants wanted would should if unless try trying tried set due supposed can considering consider considers wish wishes
    ask asked asks rumored rumoured speculated believe believes think thinks threatened agreed urged""".split()
)
_STRONG_HEDGES = frozenset(
    """may might could perhaps possibly probably likely reportedly allegedly apparently potentially expect expected expects
    hope hopes hoped plan plans planned aim aims intend intends suggest suggests suggested appear appears seem seems fear fears
    feared thought believed supposed propose proposed offered indicate indicates want wants""".split()
)
_WITH_TO = frozenset(
    "expect expected expects hope hopes hoped plan plans planned aim aims intend intends propose proposed offered want wants".split()
)
_LOSS = frozenset("lose lack cut miss run".split())
_NEAR_NEGATION = frozenset(
    "only instead rather lack lacks lacked lost lose loses fewer missing stop stopped cancelled canceled missed turned against".split()
)
_SAYING = frozenset(map(stem, "said say told tell added called according people".split()))
_CERTAIN = re.compile(r"\b(?:certainly|definitely|in fact|undoubtedly|prove[sd]?(?: that)?|without doubt)\b", re.I)

_PAIRS = (
    "rise fall|rose fell|rises falls|rising falling|increase decrease|increased decreased|increase drop|grow shrink|win lose|won lost|"
    "wins loses|winning losing|accept reject|accepted rejected|approve block|approved blocked|approve reject|before after|more less|"
    "more fewer|higher lower|high low|highest lowest|best worst|better worse|open close|opened closed|opens closes|open closed|"
    "first last|begin end|began ended|begins ends|start end|started ended|start finish|support oppose|supported opposed|"
    "supports opposes|guilty innocent|up down|above below|over under|largest smallest|larger smaller|bigger smaller|biggest smallest|"
    "with without|welcomed condemned|welcome condemn|praised criticised|praise criticism|praised criticized|most least|old new|"
    "older younger|oldest newest|cheaper dearer|cheap expensive|success failure|succeeded failed|strong weak|stronger weaker|"
    "early late|earlier later|earliest latest|fast slow|faster slower|near far|inside outside|north south|east west|northern southern|"
    "eastern western|left right|gain loss|gained lost|gains losses|profit loss|buy sell|bought sold|hire fire|hired fired|"
    "positive negative|true false|legal illegal|safe dangerous|allow ban|allowed banned|allow forbid|include exclude|"
    "included excluded|add remove|added removed|raise cut|raised cut|raise lower|raised lowered|arrive leave|arrived left|"
    "enter leave|entered left|alive dead|lived died|survived died|same different|all none|always never|everyone nobody|many few|"
    "long short|longer shorter|longest shortest|heavy light|public private|majority minority|maximum minimum|attack defend|attacked defended|"
    "friend enemy|love hate|loved hated|agree disagree|agreed disagreed|confirm deny|confirmed denied|remember forget|"
    "remembered forgot|male female|man woman|men women|boy girl|father mother|son daughter|brother sister|husband wife|hot cold|warm cold|"
    "day night|morning evening|easy hard|easier harder|rich poor|good bad|full empty|widely narrowly|ahead behind|optimistic pessimistic"
)
_OPPOSITES: dict[str, set[str]] = {}
for _pair in _PAIRS.split("|"):
    _one, _two = _pair.split()
    _OPPOSITES.setdefault(_one, set()).add(_two)
    _OPPOSITES.setdefault(_two, set()).add(_one)


def is_negation(word: Word) -> bool:
    """Whether a word negates."""
    return word.text in _NEGATIONS or word.text.endswith("n't")


def turned(claim: Claim, source: Claim, others: Sequence[Claim] = ()) -> str:
    """A negation on one side only.

    Args:
        claim: What was written.
        source: The closest source sentence.
        others: Further sentences that the claim draws on; their negations may stand in it.
    """
    theirs = {word.stem for other in (source, *others) for scope in _scopes(other, before=3) for word in scope}
    ours = {word.stem for scope in _scopes(claim, before=3) for word in scope}
    telling = [other for other in others if claim.stems & other.stems - source.stems - _SAYING]
    aside = any(_count(other) and len(other.words) <= 7 for other in others)  # "She is not."
    lost = "without" in {word.text for word in claim.words} and _LOSS & source.stems
    for scope in _scopes(claim):
        if scope and scope[0].stem in source.stems and scope[0].stem not in theirs and not lost and not aside:
            return "it negates what its source says"
    if not aside and not lost and _count(claim) and not any(map(_negative, (source, *telling))):
        return "it negates what its source says"
    soft = _softened({word.text for word in source.words}, {word.text for word in claim.words})
    for scope in _scopes(source):
        if scope and scope[0].stem in claim.stems and scope[0].stem not in ours and not soft:
            return "its source negates what it says"
    if len(claim.stems & source.stems) >= 0.8 * len(claim.stems | source.stems) and _count(claim) != _count(source):
        return "it negates what its source says, or the other way round"
    return ""


def _negative(claim: Claim) -> bool:
    """Whether anything in it could be told with a negation."""
    return _count(claim) > 0 or any(
        word.text in _NEAR_NEGATION
        or (
            len(word.text) > 6
            and word.text.startswith(("un", "dis"))
            and not word.text.startswith(("under", "union", "united", "unit", "disc"))
        )
        for word in claim.words
    )


def _count(claim: Claim) -> int:
    return sum(is_negation(word) for word in claim.words)


def _softened(source: set[str], claim: set[str]) -> bool:
    """Whether the claim says "rather than" or the like where the source says "not"."""
    return bool({"rather", "instead", "than"} & claim) and "not" in source


def _failed_plainly(claim: Claim, at: int) -> bool:
    """Whether it is "the lights failed", which negates nothing, and not "failed to stop"."""
    word = claim.words[at]
    return word.text.startswith("fail") and (at + 1 == len(claim.words) or claim.words[at + 1].text != "to")


def _scopes(claim: Claim, before: int = 0) -> list[list[Word]]:
    """For each negation the next two content words in its own clause, and some before it where asked."""
    found = []
    for at, word in enumerate(claim.words):
        if is_negation(word) and not _failed_plainly(claim, at):
            if word.text in ("not", "only") and re.search(r"^not [^.;]*\b(?:but|only)\b", claim.text[word.start :]):
                continue
            stop = re.search(r"[,;:“”—]", claim.text[word.start + len(word.text) + 1 :])
            limit = word.start + len(word.text) + 1 + stop.start() if stop else len(claim.text)
            after = [w for w in claim.words[at + 1 :] if w.start < limit and w.content]
            after = after or [w for w in claim.words[at + 1 :] if w.content]
            earlier = [w for w in claim.words[:at] if w.content]
            reach = 6 if word.text in _UNIVERSAL and before else 2
            found.append((earlier[-before:] if before else []) + after[:reach])
    return found


def made_certain(claim: Claim, source: Claim) -> str:
    """What the source holds possible is told as a fact."""
    if _CERTAIN.search(claim.text) and not _CERTAIN.search(source.text):
        return "it is more certain than its source"
    if any(word.text in _HEDGES for word in claim.words):
        return "" if not _hedge_lost(claim, source) else "it is more certain than its source"
    stems = claim.stems
    content = [word for word in source.words if word.content or word.text in _STRONG_HEDGES]
    for at, word in enumerate(content):
        if word.text in _STRONG_HEDGES and not word.quoted and _hedges(source, word):
            around = [w for w in content[at + 1 : at + 4] if w.content]
            if around and sum(w.stem in stems for w in around) >= min(2, len(around)):
                return "its source only holds it possible"
    return ""


def _hedges(source: Claim, word: Word) -> bool:
    after = source.text[word.start + len(word.text) :].split()
    return source.text[word.start].islower() and (word.text not in _WITH_TO or after[:1] in (["to"], ["that"]))


def _hedge_lost(claim: Claim, source: Claim) -> bool:
    """Nearly the same words, one hedge fewer."""
    if len(claim.stems & source.stems) < 0.85 * len(source.stems):
        return False
    mine = [word.text for word in claim.words if word.text in _STRONG_HEDGES]
    theirs = [word.text for word in source.words if word.text in _STRONG_HEDGES]
    return len(mine) < len(theirs) and not set(theirs) <= set(mine)


def opposite(claim: Claim, near: Sequence[Claim]) -> str:
    """A word stands where the sources have its opposite."""
    theirs = {word.text for source in near for word in source.words}
    mine = {word.text for word in claim.words}
    for word in claim.words:
        against = _OPPOSITES.get(word.text, set())
        if word.text not in theirs and against & theirs and not against & mine:
            return f"it says {word.text!r} where its source says {min(against & theirs)!r}"
    return ""


def changed_places(claim: Claim, source: Claim) -> str:
    """Two names stand where the other one stands in the source."""
    found = [name for name in claim.names if source.holds(name) and not re.search(r"\d", name)]
    for i, first in enumerate(found):
        for second in found[i + 1 :]:
            if set(name_words(first)) & set(name_words(second)):
                continue
            if _swapped(claim, source, first, second):
                return f"{first!r} and {second!r} have changed places"
    return ""


def _swapped(claim: Claim, source: Claim, first: str, second: str) -> bool:
    mine = (_sides(claim, first), _sides(claim, second))
    theirs = (_sides(source, first), _sides(source, second))
    if None in mine or None in theirs:
        return False
    (a, b), (x, y) = mine, theirs
    crossed = _alike(a, y) + _alike(b, x)
    straight = _alike(a, x) + _alike(b, y)
    return (crossed >= 2 and crossed > straight) or _reversed(claim, source, first, second)


def _alike(one: tuple[str, str] | None, two: tuple[str, str] | None) -> float:
    if one is None or two is None:
        return 0.0
    weights = {"^": 0.5, "$": 0.5}
    return sum(weights.get(a, 1.0 if a in STOPWORDS else 2.0) for a, b in zip(one, two, strict=True) if a == b)


def _reversed(claim: Claim, source: Claim, first: str, second: str) -> bool:
    """Both names are subject or object of a verb, in the other order, and neither sentence is passive."""
    order = []
    for side in (claim, source):
        texts = [word.text for word in side.words]
        a, b = (texts.index(name_words(name)[-1]) for name in (first, second))
        low, high = min(a, b), max(a, b)
        between = texts[low + 1 : high]
        opening = _head(texts, low, first if a < b else second)
        if opening > 1 or _APART & set(between) or not any(t not in STOPWORDS for t in between) or "by" in texts:
            return False
        order.append(a < b)
    return order[0] != order[1]


_APART = frozenset(
    "in at of from for with to on near off over under and or than that who which about as said says".split()
)


def _head(texts: Sequence[str], last: int, name: str) -> int:
    """How many words stand before a name that ends at `last`."""
    return last - len(name_words(name)) + 1


def _sides(claim: Claim, name: str) -> tuple[str, str] | None:
    """The words before and after a name, as stems; "^" and "$" at the ends."""
    parts = name_words(name)
    texts = [word.text for word in claim.words]
    if parts[-1] not in texts:
        return None
    last = texts.index(parts[-1])
    start = last
    while start and (texts[start - 1] in parts or texts[start - 1] in TITLES):
        start -= 1
    before = claim.words[start - 1].stem if start else "^"
    after = claim.words[last + 1].stem if last + 1 < len(texts) else "$"
    return before, after


def put_in_place(claim: Claim, source: Claim) -> str:
    """A name or a subject stands where the source, in the same words, has another one."""
    mine, theirs = [w.stem for w in claim.words], [w.stem for w in source.words]
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    close = sum(b - a for tag, a, b, _, _ in blocks if tag == "equal") / max(1, len(mine))
    for at, (tag, a, b, x, y) in enumerate(blocks):
        if tag != "replace":
            continue
        before = blocks[at - 1] if at else None
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        held = sum(block[2] - block[1] for block in (before, after) if block and block[0] == "equal")
        ours, other = claim.words[a:b], source.words[x:y]
        if close * len(mine) > ONE_WORD * max(len(mine), len(theirs)) and held >= 3 and _one_for_one(ours, other):
            return f"it says {ours[0].text!r} where its source says {other[0].text!r}"
        if held >= 2 and _other_one(claim, source, ours, other, opening=a == 0, close=close):
            return f"{' '.join(w.text for w in ours)!r} stands where its source has {' '.join(w.text for w in other)!r}"
    return ""


def _one_for_one(ours: Sequence[Word], other: Sequence[Word]) -> bool:
    return len(ours) == len(other) == 1 and all(w.content and w.text not in _PASSING for w in (*ours, *other))


def _other_one(
    claim: Claim, source: Claim, ours: Sequence[Word], other: Sequence[Word], *, opening: bool, close: float
) -> bool:
    new = [w for w in ours if w.content and (w.stem not in source.stems or (opening and close > 0.7))]
    gone = [w for w in other if w.content and w.stem not in claim.stems and w.text not in _PASSING]
    if not new or not gone or ours[0].quoted:
        return False
    named = {part for name in claim.names for part in name_words(name)}
    lost = {part for name in source.names for part in name_words(name)}
    if len(ours) > 6 or len(other) > 8:
        return False
    if any(w.text in named for w in new):
        return (close > 0.45 and any(w.text in lost for w in gone)) or (
            close > 0.8 and not any(w.text in _POINTERS for w in other)
        )
    return opening and close > 0.7 and not any(w.text in _POINTERS for w in other)


_PASSING = frozenset("still already also now just even ago yesterday today only almost nearly about around".split())
_POINTERS = frozenset("he she they it his her their its this that these those the we i who nobody each".split())


def told_as_fact(claim: Claim, source: Claim) -> str:
    """What the source has only inside quotation marks is told without saying who said it."""
    shared = [word for word in source.words if word.content and word.stem in claim.stems]
    if len(shared) < 3 or sum(word.quoted for word in shared) < 0.8 * len(shared):
        return ""
    said = any(word.quoted for word in claim.words) or any(word.stem in _TOLD for word in claim.words)
    return "" if said else "its source only quotes somebody who says it"


_TOLD = frozenset(
    map(
        stem,
        """said says say told tell called call calls according wrote write added add promised promise announced announce argued argue
        warned warn praised praise thanked claims claimed insisted insist believes thinks described describe suggested refused
        denied joked noted explained admitted asked respected expects hopes vowed pledged quoted read showed shown""".split(),
    )
)
