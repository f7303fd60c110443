"""The answers over HTTP: JSON, server-sent events, the official OpenAI client, an MCP client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest
from mcp.client import Client

from tests.ui.conftest import Server, Visit

FLAGSHIP = "What did Kim pledge?"


def test_ask_as_json_gives_exact_quotations(server: Server) -> None:
    reply = httpx.post(f"{server.url}/api/ask", json={"question": FLAGSHIP}, timeout=60)
    assert reply.status_code == 200
    record = reply.json()
    assert "fraternal duty" in record["text"]
    for citation in record["citations"]:
        found = httpx.get(f"{server.url}/api/articles/{citation['article_id']}?version={citation['version']}").json()
        assert found["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_ask_as_events_ends_with_the_same_answer(server: Server) -> None:
    body = {"question": FLAGSHIP, "stream": True}
    with httpx.stream("POST", f"{server.url}/api/ask", json=body, timeout=60) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(reply.iter_text()).strip().split("\n\n")
    events = [
        (b.split("\n")[0].removeprefix("event: "), json.loads(b.split("\n")[1].removeprefix("data: "))) for b in blocks
    ]
    names = [name for name, _ in events]
    assert names[0] == "understood"
    assert names[-1] == "answer"
    assert [e["text"] for n, e in events if n == "sentence"] == [s["text"] for s in events[-1][1]["sentences"]]


def test_limits_of_a_search_hold(server: Server) -> None:
    asked = {"q": "ferry", "k": 20, "outlet": "Tarn Haven Courier", "since": "2025-11-01", "until": "2025-12-31"}
    hits = httpx.get(f"{server.url}/api/search", params=asked).json()["hits"]
    assert hits
    assert {hit["outlet"] for hit in hits} == {"Tarn Haven Courier"}
    assert all("2025-11-01" <= hit["published_at"][:10] <= "2025-12-31" for hit in hits)


def test_what_the_question_names_can_be_ignored(server: Server) -> None:
    question = "What did the Vessaly Herald say about the ferry?"
    named = [_understood(server, question, ignore) for ignore in ([], ["outlet:The Vessaly Herald"])]
    assert named == [["The Vessaly Herald"], []]


def _understood(server: Server, question: str, ignore: list[str]) -> list[str]:
    body = {"question": question, "stream": True, "ignore": ignore}
    text = httpx.post(f"{server.url}/api/ask", json=body, timeout=60).text
    found: list[str] = json.loads(text.split("\n")[1].removeprefix("data: "))["outlets"]
    return found


@pytest.mark.parametrize(
    ("body", "status"),
    [({"question": ""}, 400), ({"question": "x" * 5_000}, 400), ({}, 422), ({"question": "a", "since": "soon"}, 422)],
)
def test_wrong_questions_get_one_sentence(server: Server, body: dict[str, Any], status: int) -> None:
    reply = httpx.post(f"{server.url}/api/ask", json=body, timeout=60)
    assert reply.status_code == status
    if status == 400:
        assert reply.json()["error"]


def test_the_manual_describes_what_there_is_and_fetches_nothing(server: Server, visit: Callable[..., Visit]) -> None:
    described = httpx.get(f"{server.url}/api/openapi.json").json()
    assert {"/api/ask", "/api/search", "/api/articles", "/v1/chat/completions"} <= set(described["paths"])
    assert not any(path.startswith("/byline") for path in described["paths"])
    tab = visit(f"{server.url}/api", ready=False)
    assert "curl http://127.0.0.1:7860/api/ask" in tab.page.inner_text("main")
    assert all(url.startswith(server.url) for url in tab.requests)
    assert tab.complaints == []


def test_the_official_openai_client_gets_a_cited_answer(server: Server) -> None:
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
    asked: list[Any] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": FLAGSHIP}]
    whole = client.chat.completions.create(model="byline", messages=asked)
    message = whole.choices[0].message
    assert message.content is not None
    assert "fully support" in message.content
    assert message.annotations
    for note in message.annotations:
        cited = note.url_citation
        assert message.content[cited.start_index : cited.end_index].startswith("[")
        assert cited.url.startswith("http")
    streamed, notes = "", []
    for chunk in client.chat.completions.create(model="byline", messages=asked, stream=True):
        delta = chunk.choices[0].delta
        streamed += delta.content or ""
        notes += (delta.model_extra or {}).get("annotations", [])
    assert streamed == message.content
    assert [note["url_citation"]["start_index"] for note in notes] == [
        note.url_citation.start_index for note in message.annotations
    ]
    declined = client.chat.completions.create(
        model="byline", messages=[{"role": "user", "content": "When did Kim visit Paris?"}]
    )
    assert "I couldn't find this" in (declined.choices[0].message.content or "")
    with pytest.raises(openai.BadRequestError, match="question is empty"):
        client.chat.completions.create(model="byline", messages=[{"role": "user", "content": " "}])
    client.close()


def test_an_mcp_client_gets_a_cited_answer(server: Server) -> None:
    async def talk() -> tuple[list[str], Any, Any, Any]:
        async with Client(f"{server.url}/mcp") as client:
            tools = await client.list_tools()
            answer = await client.call_tool("ask", {"question": FLAGSHIP})
            found = await client.call_tool("search", {"query": "ferry", "k": 3})
            wrong = await client.call_tool("ask", {"question": ""})
            return [tool.name for tool in tools.tools], answer, found, wrong

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop in this one
        names, answer, found, wrong = thread.submit(lambda: asyncio.run(talk())).result()
    assert names == ["ask", "search"]
    assert "fraternal duty" in answer.structured_content["text"]
    assert answer.structured_content["citations"][0]["quote"]
    assert len(found.structured_content["hits"]) == 3
    assert wrong.is_error
    assert "question is empty" in wrong.content[0].text
