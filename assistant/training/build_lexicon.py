"""Builds the word lexicon of the verifier from the WordNet 3.0 database files.

Run `python -m assistant.training.build_lexicon FOLDER`, where FOLDER holds the files `data.noun`,
`index.noun`, `noun.exc`, `cntlist.rev` and their like, as the Debian package `wordnet-base` installs
them. Only single words that occur in WordNet's tagged texts are kept, with the senses they commonly have.
"""

from __future__ import annotations

import argparse
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.grounding.lexicon import LEXICON

_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_TYPES = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_ANTONYM, _VERB_GROUP = "!", "$"
_WIDER = frozenset("@&")
"""Pointers to hypernyms and to similar adjectives."""
_DERIVED = frozenset(("+", "\\", "<"))
_LIGHT = 150
"""Occurrences as a verb in the tagged texts, from which a verb says little."""
_SAYING = frozenset("say state tell inform write".split())
"""Verbs, of which every neutral verb of saying is a kind."""
_COMMUNICATION = 32
"""The number of WordNet's file of verbs of communication."""


@dataclass(frozen=True, slots=True)
class Synset:
    """One sense: its words with their numbers in the file, and pointers (symbol, offset, part, words)."""

    key: tuple[str, str]
    words: tuple[tuple[str, int], ...]
    file: int
    pointers: tuple[tuple[str, str, str, str], ...]


@dataclass
class Relations:
    """Word -> words, by relation."""

    related: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    opposite: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    broader: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    saying: set[str] = field(default_factory=set)


class WordNet:
    """The database files, and how common a word is in a sense."""

    def __init__(self, folder: Path) -> None:
        self.counts: dict[tuple[str, str, int, int], int] = {}
        for line in (folder / "cntlist.rev").read_text("utf-8").splitlines():
            key, _, count = line.split()
            lemma, sense = key.split("%")
            kind, file, number = sense.split(":")[:3]
            self.counts[lemma, _TYPES[kind], int(file), int(number)] = int(count)
        self.order = {
            key: rank for name, part in _PARTS.items() for key, rank in _orders(folder / f"index.{name}", part)
        }
        self.synsets = {s.key: s for name, part in _PARTS.items() for s in _synsets(folder / f"data.{name}", part)}
        self.verbs: dict[str, int] = defaultdict(int)
        for (verb, part, _, _), tagged in self.counts.items():
            self.verbs[verb] += tagged * (part == "v")
        self.totals: dict[str, int] = defaultdict(int)
        for synset in self.synsets.values():
            for word, rank in synset.words:
                self.totals[word] += self._count(word, rank, synset)

    def _count(self, word: str, number: int, synset: Synset) -> int:
        return self.counts.get((word.lower(), synset.key[0], synset.file, number), 0)

    def usual(self, word: str, number: int, synset: Synset) -> bool:
        """Whether a word is a single one that commonly has this sense."""
        if not _plain(word):
            return False
        count = self._count(word, number, synset)
        rank = self.order.get((word, *synset.key), 9)
        return rank == 0 or (count >= 2 and count >= 0.06 * self.totals[word]) or (count >= 1 and rank <= 2)

    def says(self, synset: Synset, steps: int = 2) -> bool:
        """Whether a verb's sense is a way to say or report, and no judgement or request."""
        if any(word in _SAYING for word, _ in synset.words):
            return True
        wider = [self.synsets[part, offset] for symbol, offset, part, _ in synset.pointers if symbol == "@"]
        return steps > 0 and any(self.says(other, steps - 1) for other in wider)


def _plain(word: str) -> bool:
    return re.fullmatch(r"[a-z]{3,}", word) is not None


def _lines(path: Path) -> Iterator[list[str]]:
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("  "):
            yield line.split("|")[0].split()


def _orders(path: Path, part: str) -> Iterator[tuple[tuple[str, str, str], int]]:
    for fields in _lines(path):
        for rank, offset in enumerate(fields[-int(fields[2]) :]):
            yield (fields[0], part, offset), rank


def _synsets(path: Path, part: str) -> Iterator[Synset]:
    for fields in _lines(path):
        count = int(fields[3], 16)
        at = 4 + 2 * count
        words = tuple((re.sub(r"\(\w+\)$", "", fields[i]), int(fields[i + 1], 16)) for i in range(4, at, 2))
        rest = fields[at + 1 : at + 1 + 4 * int(fields[at])]
        pointers = tuple(
            (rest[i], rest[i + 1], rest[i + 2].replace("s", "a"), rest[i + 3]) for i in range(0, len(rest), 4)
        )
        yield Synset((part, fields[0]), words, int(fields[1]), pointers)


def relate(net: WordNet) -> Relations:
    """Collect what the words of the database have to do with each other."""
    found = Relations()
    for synset in net.synsets.values():
        usual = [word for word, number in synset.words if net.usual(word, number, synset)]
        for word in usual:
            found.related[word].update(usual)
            if synset.file == _COMMUNICATION and net.order[word, *synset.key] == 0 and net.says(synset):
                found.saying.add(word)
        for symbol, offset, part, ends in synset.pointers:
            other = net.synsets[part, offset]
            if int(ends, 16):
                _relate_words(net, found, symbol, (synset, int(ends[:2], 16)), (other, int(ends[2:], 16)))
                continue
            theirs = [word for word, number in other.words if net.usual(word, number, other)]
            if symbol in _WIDER:
                for word in usual:
                    found.broader[word].update(theirs)
            elif symbol == _VERB_GROUP:
                for word in usual:
                    found.related[word].update(theirs)
    return found


def _relate_words(
    net: WordNet, found: Relations, symbol: str, one: tuple[Synset, int], two: tuple[Synset, int]
) -> None:
    (first, i), (second, j) = one, two
    a, b = first.words[i - 1], second.words[j - 1]
    if symbol == _ANTONYM and _plain(a[0]) and _plain(b[0]):
        found.opposite[a[0]].add(b[0])
        found.opposite[b[0]].add(a[0])
    elif symbol in _DERIVED and net.usual(*a, first) and net.usual(*b, second):
        found.related[a[0]].add(b[0])
        found.related[b[0]].add(a[0])


def _written(net: WordNet, found: Relations, irregular: dict[str, str]) -> str:
    """One line per word: word, flags, irregular forms, related, opposite and broader words, separated by tabs."""
    kept = sorted(word for word, total in net.totals.items() if total and _plain(word))
    known = set(kept)
    forms: dict[str, list[str]] = defaultdict(list)
    for form, word in irregular.items():
        forms[word].append(form)
    lines = []
    for word in kept:
        related = found.related[word] & known - {word}
        columns = (related, found.opposite[word] & known, found.broader[word] & known - related - {word})
        cells = [
            word,
            "s" * (word in found.saying) + "l" * (net.verbs[word] >= _LIGHT and not found.opposite[word]),
            " ".join(sorted(forms[word])),
            *(" ".join(sorted(c)) for c in columns),
        ]
        lines.append("\t".join(cells).rstrip("\t"))
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the lexicon."""
    parser = argparse.ArgumentParser(prog="python -m assistant.training.build_lexicon", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with data.noun and its like")
    folder = parser.parse_args(arguments).folder
    net = WordNet(folder)
    irregular = {
        form: words[0]
        for name in ("adv", "adj", "noun", "verb")
        for form, *words in (line.split() for line in (folder / f"{name}.exc").read_text("utf-8").splitlines())
        if _plain(form) and words[0] != form and net.totals.get(words[0])
    }
    LEXICON.write_bytes(lzma.compress(_written(net, relate(net), irregular).encode(), preset=9))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
