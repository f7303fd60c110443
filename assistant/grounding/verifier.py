"""Do the passages say a sentence that a chat model wrote? Supported, to be checked, or not supported.

A sentence is supported when each of its words has a source: the claim is aligned with source sentences, and
what it adds, turns or joins by itself is named. It is unsupported when it holds a quotation, a number, a date
or a name that nothing given holds, when it plainly contradicts its source, or when its source says nothing
of the kind. Everything between is shown with a mark. Measured by `python -m eval.support`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant.grounding import lexicon
from assistant.grounding.alignment import GRANTED, SAME_ARTICLE, Aligned, Source, align
from assistant.grounding.contrast import Contrast
from assistant.grounding.contrasts import contrasts
from assistant.grounding.evidence import Encoder, Evidence, Quotation, Verification, Verifier, readable
from assistant.grounding.limitations import is_limitation
from assistant.grounding.matching import RELATED
from assistant.grounding.placed import taken_share
from assistant.grounding.quotations import is_quoted_from, quotations
from assistant.grounding.sources import Sources, gather, header
from assistant.grounding.units import Parsed, parse
from assistant.grounding.unknown import unknown_facts
from assistant.text.lexical import STOPWORDS, fold

__all__ = [
    "ClauseVerifier", "Encoder", "Evidence", "Quotation", "Verification", "Verifier", "is_limitation", "readable",
]  # fmt: skip

CANDIDATES = 3
"""Closest sentences that are handed back for a repair."""
MOST_REASONS = 3
REMEMBERED = 2_000
"""Sentences whose vectors are kept."""
LIKE = 0.5
"""Cosine with the closest sentence, from which a claim that shares few words with it may say the same."""
HELD = 0.45
"""Share of a claim that must stand in its sources, where no sentence is that close."""
NEARLY_ALL = 4
"""Units that stand in the sentence, from which one that is turned is a contradiction."""
REPEATED = 0.8
"""Share of a sentence that a claim repeats, from which names that changed places tell something else."""
_CONTRADICTS = frozenset(("negation", "opposite", "replaced", "bound", "measure", "swapped"))


class ClauseVerifier:
    """Checks a sentence word by word against the passages that it cites.

    Args:
        encoder: For the closeness of meaning, where few words are shared.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()

    def verify(self, claim: str, evidence: Evidence) -> Verification:
        """Check one sentence, given without its markers."""
        found = gather(evidence)
        if not found.cited:
            return Verification("unsupported", "it cites nothing", ())
        same = _verbatim(claim, found)
        if same is not None:
            return Verification("supported", "", (same,), 1.0, (same,))
        parsed = parse(claim)
        if _other_language(claim, [found.sources[at].parsed.text for at in found.cited]):
            return self._translated(parsed, evidence, found)
        return self._checked(parsed, evidence, found)

    def _checked(self, claim: Parsed, evidence: Evidence, found: Sources) -> Verification:
        aligned = align(claim, found.sources, evidence.question)
        carriers = _carriers(aligned, found)
        if not aligned:
            return Verification("check", "it says too little to be compared", carriers)
        texts = _texts(evidence)
        hard = [*_foreign_quotations(claim.text, texts), *unknown_facts(aligned, texts)]
        turned = contrasts(claim, aligned, found.sources, evidence.question)
        hard += [c.reason for c in turned if _contradicts(c, aligned, found.sources)]
        soft = [c.reason for c in turned] + _elsewhere_quoted(claim.text, evidence, found)
        likeness = 1 - sum(min(1.0, item.cost) for item in aligned) / len(aligned)
        if not hard and not soft:
            return Verification("supported", "", carriers, likeness, carriers[:CANDIDATES])
        closest, cosine = self._closest(claim.text, found)
        candidates = _unique((*carriers, *closest))[:CANDIDATES]
        if hard:
            return Verification("unsupported", _told(hard), (), likeness, candidates)
        if likeness < HELD and cosine < LIKE:
            return Verification("unsupported", "its source does not say it", (), max(likeness, cosine), candidates)
        return Verification("check", _told(soft), carriers or closest[:1], max(likeness, cosine), candidates)

    def _translated(self, claim: Parsed, evidence: Evidence, found: Sources) -> Verification:
        """A claim in another language than its sources: numbers are compared, and names where any are shared."""
        aligned = align(claim, found.sources, evidence.question)
        numbers = [item for item in aligned if item.unit.kind == "number"]
        closest, cosine = self._closest(claim.text, found)
        unknown = [reason for reason in unknown_facts(numbers, _texts(evidence))]
        shared = any(item.cost <= RELATED and item.unit.kind in ("name", "number") for item in aligned)
        if unknown or not (shared or cosine >= LIKE):
            reason = _told(unknown) or "its source does not say it"
            return Verification("unsupported", reason, (), cosine, closest)
        carriers = _carriers([item for item in aligned if item.unit.kind != "word"], found) or closest[:1]
        return Verification("check", "it is in another language than its source", carriers, cosine, closest)

    def _closest(self, claim: str, found: Sources) -> tuple[tuple[Quotation, ...], float]:
        """The sentences of the cited passages that are closest in meaning, best first, and the best cosine."""
        texts = [found.sources[at].parsed.text for at in found.cited]
        mine, *theirs = self._encoded([claim, *texts])
        cosines = [float(mine @ vector) for vector in theirs]
        order = sorted(range(len(texts)), key=lambda at: -cosines[at])
        places = [found.places[found.cited[at]] for at in order[:CANDIDATES]]
        return tuple(place for place in places if place is not None), max(cosines)

    def _encoded(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        """Vectors of texts; those of the last sentences are remembered."""
        known = self._vectors
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, self._encoder.encode(new), strict=True))
        found = [known[text] for text in texts]
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return found


def _unique(places: Sequence[Quotation]) -> tuple[Quotation, ...]:
    return tuple({(place.hit.passage.version, place.start, place.end): place for place in places}.values())


def _told(reasons: Sequence[str]) -> str:
    return "; ".join(list(dict.fromkeys(reasons))[:MOST_REASONS])


def _verbatim(claim: str, found: Sources) -> Quotation | None:
    """The cited sentence that is this one but for marks and case."""
    wanted = _bare(claim)
    return next((found.places[at] for at in found.cited if _bare(found.sources[at].parsed.text) == wanted), None)


@lru_cache(maxsize=4_096)
def _bare(text: str) -> str:
    return " ".join(re.findall(r"[\w%€$£+.,'-]*[\w%]", fold(text)))


def _texts(evidence: Evidence) -> list[str]:
    """All that the writer was given, and the question."""
    return [
        *(hit.passage.text for hit in evidence.given),
        *(hit.passage.text for hit in evidence.cited),
        *(header(hit.headline) for hit in (*evidence.given, *evidence.cited)),
        evidence.question,
    ]


def _foreign_quotations(claim: str, texts: Sequence[str]) -> list[str]:
    return [f"the quotation {q[:60]!r} is not in its source" for q in quotations(claim) if not is_quoted_from(q, texts)]


def _elsewhere_quoted(claim: str, evidence: Evidence, found: Sources) -> list[str]:
    """Quotations that only a passage which is not cited holds."""
    articles = {hit.headline.version for hit in evidence.cited}
    mine = [hit.passage.text for hit in (*evidence.cited, *evidence.given) if hit.headline.version in articles]
    mine += [source.parsed.text for source in found.sources if source.header] + [evidence.question]
    return [f"no cited article holds {q[:60]!r}" for q in quotations(claim) if not is_quoted_from(q, mine)]


def _contradicts(contrast: Contrast, aligned: Sequence[Aligned], sources: Sequence[Source]) -> bool:
    """Whether all the rest stands in the same sentence, so that the source tells this one thing otherwise."""
    turned = aligned[contrast.unit]
    if contrast.sort not in _CONTRADICTS:
        return False
    if contrast.sort == "replaced" and (turned.unit.kind == "word" or turned.cost < SAME_ARTICLE):
        return False
    if contrast.sort == "swapped" and taken_share(aligned, sources, turned.source) < REPEATED:
        return False
    if contrast.sort == "negation":
        places = sources[turned.source].parsed.roots.get(turned.unit.root, ())
        if turned.at is None or len(places) != 1:
            return False
    rest = [item for at, item in enumerate(aligned) if at != contrast.unit]
    standing = sum(item.at is not None and item.source == turned.source for item in rest)
    return standing >= NEARLY_ALL and all(item.cost < GRANTED for item in rest)


def _carriers(aligned: Sequence[Aligned], found: Sources) -> tuple[Quotation, ...]:
    """The fewest sentences that hold what the alignment took from sentences, in the order of the passages."""
    wanted = {at for at, item in enumerate(aligned) if item.at is not None and not found.sources[item.source].header}
    used = {item.source for at, item in enumerate(aligned) if at in wanted}
    holds = {source: {at for at in wanted if _holds(aligned[at], source, found.sources)} for source in used}
    chosen: list[int] = []
    while wanted:
        best = max(sorted(used), key=lambda source: len(holds[source] & wanted))
        if not holds[best] & wanted:
            break
        chosen.append(best)
        wanted -= holds[best]
    places = [found.places[at] for at in sorted(chosen)] or [found.places[at] for at in found.cited[:1]]
    return tuple(place for place in places if place is not None)


def _holds(item: Aligned, source: int, sources: Sequence[Source]) -> bool:
    return item.source == source or bool(item.unit.root and item.unit.root in sources[source].parsed.roots)


def _other_language(claim: str, sources: Sequence[str]) -> bool:
    """Whether few words of a claim are English and most of its sources are, or the other way round."""
    mine, theirs = _english(claim), _english(" ".join(sources))
    return mine is not None and theirs is not None and (mine <= 0.6 < 0.75 <= theirs or theirs <= 0.6 < 0.75 <= mine)


def _english(text: str) -> float | None:
    """The share of the words in lower case that are English; None where there are too few to tell."""
    found = re.findall(r"(?<![\w'’])[^\W\d_A-ZÀ-Þ][^\W\d_]+", text)
    known = sum(word in STOPWORDS or bool(lexicon.bases(fold(word))) for word in found)
    return known / len(found) if len(found) >= 4 else None
