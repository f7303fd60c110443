"""What a question says of each outlet that it names, and what is found for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.query.outlets import named_outlets, outlet_places
from assistant.query.understanding import Coverage, understand
from assistant.types import Filters, Share
from tests.attack.conftest import from_rows

OUTLETS = ["The Verge", "Fortune", "FOX News - Health", "FOX News - Lifestyle"]
TODAY = date(2023, 12, 20)
DAY = date(2023, 10, 3)


def test_each_outlet_is_asked_for_what_is_said_of_it_on_its_day() -> None:
    query = understand(
        "Does the Verge report on eBay's seller fees of October 3 agree with what Fortune says of overdraft rules at banks?",
        coverage=Coverage(tuple(OUTLETS)),
        today=TODAY,
    )
    assert query.shares == (
        Share(Filters(("The Verge",), DAY, DAY), "report on ebay's seller fees of october 3 agree with what"),
        Share(Filters(("Fortune",)), "says of overdraft rules at banks?"),
    )
    assert query.periods == ((DAY, DAY),)


def test_outlets_of_which_nothing_is_said_are_asked_the_whole_question() -> None:
    query = understand("What do The Verge and Fortune say of eBay?", coverage=Coverage(tuple(OUTLETS)), today=TODAY)
    assert query.shares == (Share(Filters(("The Verge",))), Share(Filters(("Fortune",))))
    assert query.outlets == ("The Verge", "Fortune")


def test_what_was_taken_back_is_not_searched() -> None:
    question = "What did The Verge say of eBay on 3 October, and what does Fortune say of banks and fees today?"
    query = understand(question, coverage=Coverage(tuple(OUTLETS)), today=TODAY, ignore=("outlet:The Verge", "period"))
    assert query.shares == (Share(Filters(("Fortune",))),)


def test_the_longer_of_two_names_at_one_place_counts() -> None:
    def found(question: str) -> list[str]:
        return named_outlets(outlet_places(question, OUTLETS))

    assert found("Did FOX News - Lifestyle write of it?") == ["FOX News - Lifestyle"]
    assert found("Did FOX News write of it?") == ["FOX News - Health", "FOX News - Lifestyle"]


def test_two_days_without_an_outlet_are_two_shares() -> None:
    query = understand("Who spoke on 3 October and on 5 October 2023?", today=TODAY)
    assert query.periods == ((DAY, DAY), (date(2023, 10, 5), date(2023, 10, 5)))


def test_a_long_question_is_searched_by_its_clauses_too() -> None:
    question = (
        "Which company, in the news this autumn again, is said to have altered how the open internet looks, "
        "while it held back its newest language model, and has been sued by newspaper publishers over lost revenue?"
    )
    texts = [share.text for share in understand(question, today=TODAY).shares]
    assert "has been sued by newspaper publishers over lost revenue?" in texts
    assert "it held back its newest language model" in texts


def test_the_words_of_one_half_do_not_bury_the_article_of_the_other(tmp_path: Path) -> None:
    goods = "coins stamps books chairs lamps clocks boots hats rings vases toys maps".split()
    fees = "Sellers of {0} pay eBay fees for records, and a dealer in old {0} called these {0} fees dear."
    rows = [
        {"id": f"v{n}", "title": f"eBay fees {n}", "outlet": "The Verge", "published_at": f"2023-10-{n + 1:02}",
         "text": fees.format(good)}
        for n, good in enumerate(goods)
    ]  # fmt: skip
    rows += [
        {"id": "f0", "title": "Rules", "outlet": "Fortune", "text": "The bank dropped its overdraft charges."},
        {"id": "f1", "title": "Cards", "outlet": "Fortune", "text": "A seller of cards on eBay paid fees, and fees."},
    ]
    assistant = from_rows(tmp_path, rows)
    question = (
        "Does the Verge report of 3 October 2023 on eBay's seller fees for records agree with Fortune on overdraft "
        "charges that the bank dropped?"
    )
    query = understand(question, coverage=Coverage(tuple(assistant.library.catalogue.outlets())), today=TODAY)
    first = [hit.headline.source_id for hit in assistant.retriever.find(query, question, 6)][:2]
    assert set(first) == {"v2", "f0"}
    assistant.close()
