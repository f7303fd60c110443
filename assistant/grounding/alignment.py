"""Where each part of a claim has its source: an alignment of the claim's units with source sentences.

Every unit costs between 0 (its word stands in the sentence it is aligned with) and 1 (no source has it).
Consecutive units should rest on the same sentence: a change of sentence costs less where a clause begins.
The cheapest alignment is found by dynamic programming, so the costs say what the claim adds, word by word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assistant.grounding import days, lexicon
from assistant.grounding.matching import AGAINST, FOREIGN, RELATED, SAME, fits, match, stands
from assistant.grounding.units import Parsed, Unit, parse, stem

OTHER_ARTICLE, SAME_ARTICLE, LIGHT, NEIGHBOUR, ASKED, GRANTED, POINTED, PARTLY = (
    0.85,
    0.7,
    0.6,
    0.5,
    0.5,
    0.35,
    0.2,
    0.1,
)
"""Costs of a unit that does not stand in the sentence: it stands in a passage of another article; of the same
article; it is so common a verb that it says little; it stands in a sentence just before; it is a name that only the
question holds, or the day of publication; question or header hold it; it is a name for a pronoun; it is the rest of
a name."""
INSIDE, AT_A_CLAUSE = 1.0, 0.45
"""Costs of a change of sentence."""
MOST_SENTENCES = 14
_SAID = frozenset("say says said tell tells told".split())
_GENERAL = frozenset(
    map(
        stem,
        """go come give make take set put get bring keep hold find have part number mere question answer amount matter case
        thing result course sort""".split(),
    )
)
"""Words that say little by themselves beside those that the lexicon calls light."""
_POINTERS = frozenset(
    "he she they it his her hers him them their its we our i my who which this that these those".split()
)


@dataclass(frozen=True, slots=True)
class Source:
    """A source sentence.

    Attributes:
        parsed: Its words.
        passage: Number of its passage.
        article: Number of its article.
        cited: Whether its passage is cited.
        day: Day of publication of its article.
        header: Whether it is no sentence but the article's title, outlet and byline.
    """

    parsed: Parsed
    passage: int
    article: int
    cited: bool
    day: date | None = None
    header: bool = False

    @property
    def points(self) -> bool:
        """Whether it has a pronoun, which may stand for a name."""
        return bool(_POINTERS & self.parsed.words)


@dataclass(frozen=True, slots=True)
class Aligned:
    """One unit of the claim with its source.

    Attributes:
        unit: The unit.
        source: Index of the sentence that it is aligned with.
        cost: 0 to 1.2.
        at: Its position among that sentence's units; None when it stands elsewhere.
    """

    unit: Unit
    source: int
    cost: float
    at: int | None


def align(claim: Parsed, sources: Sequence[Source], question: str) -> tuple[Aligned, ...]:
    """Align a claim with source sentences.

    Args:
        claim: What was written.
        sources: Sentences of the cited passages, headers, and sentences of the other given passages.
        question: What was asked; it may be taken for granted.

    Returns:
        One entry per unit of the claim; empty when nothing is cited.
    """
    costs = _Costs(claim, sources, parse(question))
    states = costs.likely()
    if not states or not claim.units:
        return ()
    table = np.array([[costs.of(at, state) for state in states] for at in range(len(claim.units))])
    path = _cheapest(table, [unit.opens for unit in claim.units])
    found = []
    last = (-1, -1)
    for number, (unit, state) in enumerate(zip(claim.units, path, strict=True)):
        source = states[state]
        at = _position(unit, sources[source].parsed, last[1] if last[0] == source else -1)
        if at is not None:
            last = (source, at)
        found.append(Aligned(unit, source, float(table[number, state]), at))
    return tuple(found)


def _cheapest(costs: npt.NDArray[np.float64], opens: Sequence[bool]) -> list[int]:
    """The state of each unit on the cheapest path; `costs` is [units, states]."""
    units, states = costs.shape
    total = costs[0].copy()
    back = np.zeros((units, states), int)
    for number in range(1, units):
        best = int(total.argmin())
        changed = total[best] + (AT_A_CLAUSE if opens[number] else INSIDE)
        back[number] = np.where(total <= changed, np.arange(states), best)
        total = np.minimum(total, changed) + costs[number]
    path = [int(total.argmin())]
    for number in range(units - 1, 0, -1):
        path.append(int(back[number, path[-1]]))
    return path[::-1]


def _position(unit: Unit, source: Parsed, last: int) -> int | None:
    """Where a unit stands in a sentence, next after the last position where it can be."""
    places = [at for at, other in enumerate(source.units) if fits(unit, other)]
    return min(places, key=lambda at: (abs(at - last - 1), at)) if places else None


class _Costs:
    """What each unit of a claim costs against each source sentence."""

    def __init__(self, claim: Parsed, sources: Sequence[Source], question: Parsed) -> None:
        self._claim, self._sources, self._question = claim, sources, question
        self._table = [[_in_sentence(unit, source) for source in sources] for unit in claim.units]
        for number, (one, two) in enumerate(pairwise(claim.units)):  # "every day" for "everyday"
            compound = stem(one.text + two.text)
            for at, source in enumerate(sources):
                if compound in source.parsed.roots:
                    self._table[number][at] = self._table[number + 1][at] = SAME

    def likely(self) -> list[int]:
        """The cited sentences that have most of the claim; units that few sentences have count more."""
        cited = [at for at, source in enumerate(self._sources) if source.cited]
        rarity = [1 / (1 + sum(row[at] < 0.3 for at in cited)) for row in self._table]
        score = {
            at: sum((1 - min(1.0, row[at])) * weight for row, weight in zip(self._table, rarity, strict=True))
            for at in cited
        }
        return sorted(sorted(cited, key=lambda at: -score[at])[:MOST_SENTENCES])

    def of(self, number: int, state: int) -> float:
        """What a unit costs when it is aligned with a sentence."""
        unit, here, home = self._claim.units[number], self._table[number][state], self._sources[state]
        if here <= RELATED:
            return here
        if unit.kind in ("word", "name") and any(
            lexicon.opposite(unit.text, other.text) for other in home.parsed.units
        ):
            return AGAINST
        best = min(here, self._dated(number, home), self._elsewhere(number, state))
        if match(unit, self._question) <= RELATED:
            best = min(best, ASKED if unit.kind == "name" else GRANTED)
        if unit.kind == "name":
            return min(best, PARTLY) if best < FOREIGN and self._partly_there(number, home) else best
        if unit.kind == "word" and self._reports(number, home):
            best = min(best, GRANTED)
        return min(best, LIGHT) if unit.root in _GENERAL or lexicon.is_light(unit.text) else best

    def _elsewhere(self, number: int, state: int) -> float:
        """What the unit costs when another sentence or a header has it."""
        unit, row, home = self._claim.units[number], self._table[number], self._sources[state]
        points = unit.kind == "name" and home.points
        best = FOREIGN
        for at, source in enumerate(self._sources):
            if row[at] > RELATED:
                continue
            if source.header:
                here = source.article == home.article
                subject = unit.opens or (number and self._claim.units[number - 1].kind == "name")
                cost = (POINTED if points and here and subject else GRANTED) if source.cited else OTHER_ARTICLE
                cost = max(cost, ASKED) if unit.kind == "name" and not subject and not home.header else cost
            elif (
                source.passage == home.passage
                and at < state
                and (state - at <= 3 or (points and self._near(at, state)))
            ):
                cost = POINTED if points and self._near(at, state) else NEIGHBOUR
            else:
                cost = SAME_ARTICLE if source.article == home.article else OTHER_ARTICLE
            best = min(best, cost)
        return best

    def _near(self, at: int, state: int) -> bool:
        """Whether a sentence is one of the last two with a name before another one of its passage."""
        named = [
            number
            for number in range(at, state)
            if any(unit.kind == "name" and not unit.initial for unit in self._sources[number].parsed.units)
        ]
        return at in named[-2:] or at == state - 1

    def _partly_there(self, number: int, home: Source) -> bool:
        """Whether the rest of the name stands in the sentence, without another word before or after it."""
        claim, units = self._claim.units, home.parsed.units
        for at in (number - 1, number + 1):
            if not 0 <= at < len(claim) or claim[at].kind != "name":
                continue
            if claim[max(at, number)].lead or claim[max(at, number)].opens:
                continue
            for place in home.parsed.roots.get(claim[at].root, ()):
                beside = place + number - at
                if not 0 <= beside < len(units) or units[beside].kind != "name" or units[max(beside, place)].lead:
                    return True
        return False

    def _reports(self, number: int, home: Source) -> bool:
        """Whether it is a verb of saying for which the source has another, or whose subject is the outlet."""
        if not lexicon.is_saying(self._claim.units[number].text):
            return False
        before = [unit for unit in self._claim.units[max(0, number - 3) : number] if unit.kind == "name"]
        heads = [source.parsed for source in self._sources if source.header and source.article == home.article]
        if any(unit.root in head.roots for unit in before for head in heads):
            return True
        told = home.parsed.words & _SAID or any(u.quoted or lexicon.is_saying(u.text) for u in home.parsed.units)
        return bool(told) and (not before or home.points or any(unit.root in home.parsed.roots for unit in before))

    def _dated(self, number: int, home: Source) -> float:
        """The cost of a date that follows from the day of publication."""
        units = self._claim.units
        unit = units[number]
        if home.day is None:
            return FOREIGN
        following = units[number + 1 : number + 2]
        if unit.text in ("early", "mid", "late") and following and following[0].kind == "date":
            return GRANTED if days.part_of_month(home.day) == unit.text else FOREIGN
        year = unit.kind == "number" and 1900 <= float(unit.value or 0) <= 2100
        if unit.kind != "date" and not year and not unit.measure.startswith("month "):
            return FOREIGN
        if any(days.fits(unit.value, day) for day in days.named_days(home.parsed, home.day)):
            return RELATED
        if not days.fits(unit.value, home.day):
            return FOREIGN
        return GRANTED if year or unit.kind == "date" else ASKED


def _in_sentence(unit: Unit, source: Source) -> float:
    """The cost against one sentence; in passages that are not cited only the same words count."""
    if source.cited or unit.kind in ("number", "date"):
        return match(unit, source.parsed)
    return SAME if stands(unit, source.parsed) else FOREIGN
