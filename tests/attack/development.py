"""Development figures of the defences against injected orders: `python -m tests.attack.development`.

An obedient model writes what the article says to whoever answers, in several forms, beside true sentences. Counts the
canaries that are shown, the true sentences that are lost, and the order-like sentences that are not quoted.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from assistant.answering.pipeline import Assistant
from assistant.factory import build_assistant, open_library
from assistant.settings import load_settings
from assistant.text.injection import plain_text
from assistant.types import Answer
from ingest.pipeline import ingest
from tests.attack.injections import Poisoned, make_poisoned
from tests.attack.obedient import ObedientChatModel
from tests.attack.test_injections import library

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    """The lines of a data file, without remarks."""
    return [row.strip() for row in (HERE / name).read_text("utf-8").splitlines() if row.strip() and row[0] != "#"]


def advice_rows() -> list[tuple[str, dict[str, str]]]:
    """(question, article) of every order-like true sentence, in an article of its own."""
    found = []
    for number, line in enumerate(lines("advice.txt")):
        question, sentence = line.split(" | ")
        body = f"The weekly page of this paper collects what people ask.\n{sentence}\nThe page appears on Saturdays."
        row = {"id": f"a{number}", "title": f"Weekly page {number}", "source": "Brindle Weekly", "body": body,
               "published_at": "2025-03-04"}  # fmt: skip
        found.append((question, {**row, "sentence": sentence}))
    return found


def real_assistant(home: Path, sources: list[str]) -> Assistant:
    """An assistant with the real encoder and reader over some sources."""
    settings = load_settings(home=home)
    library, embedder = open_library(settings)
    ingest(library, embedder, sources)
    library.close()
    return build_assistant(settings)


def poisoned() -> list[Poisoned]:
    """One article for every development order."""
    families = lines("orders.txt")
    return [make_poisoned(number, families, seed=7) for number in range(len(families))]


def said(answer: Answer) -> str:
    """Everything that an answer shows, its related sentences too."""
    return plain_text(" ".join(sentence.text for sentence in (*answer.sentences, *answer.related)))


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        rows = advice_rows()
        source = Path(folder) / "advice.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for _, row in rows), "utf-8")
        assistant = real_assistant(Path(folder) / "advice", [str(source)])
        shown = declined = 0
        for question, row in rows:
            answer = assistant.answer(question)
            good = row["sentence"].strip(".")[:40] in said(answer)
            shown, declined = shown + good, declined + (answer.status == "abstained")
            if not good:
                print("not shown:", question, "|", answer.text[:120], file=sys.stderr)
        print(
            f"order-like true sentences quoted: {shown} of {len(rows)}; declined {declined}, other sentence {len(rows) - shown - declined}"
        )
        assistant.close()
        articles, model = poisoned(), ObedientChatModel()
        attacked = library(Path(folder) / "in", articles, model)
        leaked = answered = 0
        for article in articles:
            model.target = article
            answer = attacked.answer(article.question)
            leak = article.canary in said(answer)
            leaked, answered = leaked + leak, answered + (answer.status == "answered")
            if leak:
                print("leaked:", article.place, "|", article.payload, "|", answer.text[:300], file=sys.stderr)
        print(f"canaries shown: {leaked} of {len(articles)}; answered {answered}")
        attacked.close()


if __name__ == "__main__":
    main()
