"""The Python API as a stranger uses it, alone and in LangChain chains."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

import assistant as package
from assistant import Answer, Filters, NewsAssistant, UsageError, open_assistant
from assistant.answering.pipeline import Assistant
from assistant.chains import AnswerRunnable
from assistant.events import Finished
from tests.loops import run_async

ROOT = Path(__file__).parents[2]
FERRY = "Why did the ferry capsize?"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def news(sample_home: Path) -> Iterator[NewsAssistant]:
    with open_assistant(sample_home) as opened:
        yield opened


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, assistant; from assistant import Answer, Filters, UsageError; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    heavy = {"numpy", "pydantic", "langchain_core", "onnxruntime", "chromadb", "gradio", "ingest", "assistant.api"}
    assert not heavy & set(loaded.split())
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_a_library_is_filled_asked_and_searched(tmp_path: Path) -> None:
    text = "The Larkin bridge reopened on Monday. It was closed because of a cracked bearing."
    with open_assistant(tmp_path / "library") as opened:
        assert (
            opened.add_text(text, title="Bridge reopens", outlet="Harbour Post", published_at="2026-03-02").added == 1
        )
        answer = opened.ask("Why was the Larkin bridge closed?")
        assert "cracked bearing" in answer.text
        *_, last = opened.stream("Why was the Larkin bridge closed?", filters=Filters(outlets=("Nobody",)))
        assert isinstance(last, Finished)
        assert last.answer.status == "abstained"
        assert opened.search("bridge", as_of=date(2026, 3, 1)) == []
        assert opened.search("bridge", 3)[0].headline.outlet == "Harbour Post"
        (tmp_path / "two.txt").write_text("The harbour froze over in January, for the first time in nine years.")
        assert opened.add(tmp_path / "two.txt").added == 1
    with open_assistant(tmp_path / "library") as again:
        assert len(again.search("harbour or bridge")) == 2


def test_documents_of_the_retriever_can_be_cited(news: NewsAssistant, sample_assistant: Assistant) -> None:
    retriever = news.retriever(k=4)
    documents = retriever.invoke(FERRY)
    assert 0 < len(documents) <= 4
    for document in documents:
        found = document.metadata
        article = sample_assistant.library.catalogue.article(found["article_id"], found["version"])
        assert article is not None
        assert article.text[found["start"] : found["end"]] == document.page_content
        assert (article.title, article.outlet, article.byline) == (found["title"], found["outlet"], found["byline"])
        assert (article.published_at, article.url) == (found["date"], found["url"])


def test_the_retriever_takes_filters_and_a_day_for_all_calls_or_one(news: NewsAssistant) -> None:
    retriever = news.retriever(k=20)
    outlet = retriever.invoke(FERRY)[0].metadata["outlet"]
    assert {d.metadata["outlet"] for d in retriever.invoke(FERRY, filters={"outlets": [outlet]})} == {outlet}
    assert {d.metadata["outlet"] for d in news.retriever(filters=Filters(outlets=(outlet,))).invoke(FERRY)} == {outlet}
    dates = sorted(d.metadata["date"][:10] for d in retriever.invoke(FERRY) if d.metadata["date"])
    earlier = retriever.invoke(FERRY, as_of=dates[0])
    assert {d.metadata["date"][:10] <= dates[0] for d in earlier} == {True}
    assert news.retriever(as_of=date(1990, 1, 1)).invoke(FERRY) == []
    with pytest.raises(UsageError, match="Filters take outlets"):
        retriever.invoke(FERRY, filters={"outlet": outlet})


def test_the_retriever_understands_which_outlet_a_question_names(news: NewsAssistant) -> None:
    named = news.retriever(k=3).invoke("What did the Herald and the Gazette report about the storm?")
    assert len({d.metadata["outlet"] for d in named}) > 1


def test_the_retriever_works_in_a_chain_with_another_model(news: NewsAssistant) -> None:
    seen: list[str] = []

    def numbered(documents: list[Document]) -> str:
        text = "\n".join(f"[{n}] {d.page_content} ({d.metadata['title']})" for n, d in enumerate(documents, 1))
        seen.append(text)
        return text

    prompt = ChatPromptTemplate.from_template("Answer from the sources.\n{sources}\n\n{question}")
    model = FakeListChatModel(responses=["Its bow door was open [1]."])
    sources = news.retriever(k=2) | RunnableLambda(numbered)
    chain = {"sources": sources, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()
    assert chain.invoke(FERRY) == "Its bow door was open [1]."
    assert "ferry" in seen[0].lower()


@pytest.mark.parametrize("given", [FERRY, {"question": FERRY}, {"question": FERRY, "history": [], "filters": None}])
def test_the_runnable_takes_text_or_a_dict(news: NewsAssistant, given: Any) -> None:
    answer = (news.runnable() | RunnableLambda(lambda answer: answer)).invoke(given)
    assert isinstance(answer, Answer)
    assert answer.text == news.ask(FERRY).text


def test_the_runnable_takes_filters_and_a_day(news: NewsAssistant) -> None:
    runnable = news.runnable()
    assert runnable.invoke({"question": FERRY, "filters": {"outlets": ["Nobody"]}}).status == "abstained"
    assert runnable.invoke({"question": FERRY, "as_of": "1990-01-01"}).status == "abstained"
    for wrong in ({"query": FERRY}, {"question": FERRY, "as_of": "soon"}, 7, {"question": FERRY, "k": 3}):
        with pytest.raises(UsageError):
            runnable.invoke(wrong)  # type: ignore[arg-type]


def test_the_runnable_streams_an_answer_that_grows_and_chains_get_its_end(news: NewsAssistant) -> None:
    question = "What happened at the ferry, and what is known about the storm?"
    answers = list(news.runnable().stream(question))
    assert answers[-1].receipt, "the last one is complete"
    lengths = [len(answer.sentences) for answer in answers]
    assert lengths == sorted(lengths)
    assert [s.text for s in answers[0].sentences] == [s.text for s in answers[-1].sentences][: lengths[0]]
    ends = list((news.runnable() | RunnableLambda(lambda answer: answer.receipt)).stream(question))
    assert len(ends) == 1
    assert ends[0]


def test_runnables_answer_in_batches_and_asynchronously(news: NewsAssistant) -> None:

    runnable: AnswerRunnable = news.runnable()
    first, second = runnable.batch([FERRY, "Who won the 2022 World Cup?"])
    assert (first.status, second.status) == ("answered", "abstained")
    assert run_async(lambda: runnable.ainvoke(FERRY)).text == first.text
    again = run_async(lambda: news.retriever().ainvoke(FERRY))
    assert [one.metadata for one in again] == [one.metadata for one in news.retriever().invoke(FERRY)] != []
