"""What clients of the HTTP APIs really send: usage in streams, null values, stringified lists, tasks of chat applications."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.answering.pipeline import Assistant
from assistant.testing import CAPABLE, ScriptedChatModel
from assistant.types import Answer, Citation, Headline, Sentence
from assistant.ui.api.client_tasks import task_reply, unwrapped
from assistant.ui.api.text_form import LEGEND, answer_text, sentences_text
from tests.attack.house import House
from tests.conftest import SHARED

FLAGSHIP = "What did Kim pledge?"
ASKED = {"messages": [{"role": "user", "content": FLAGSHIP}]}
HEADS = [Headline(f"a{n}", f"v{n}", n, f"Story {n}", f"Paper {n}", None, f"2025-0{n}-01", None) for n in (1, 2)]
CITED = {n: Citation(n, HEADS[n - 1], "It rained.", 5, 15) for n in (1, 2)}


@pytest.fixture(scope="module")
def house(sample_assistant: Assistant) -> Iterator[House]:
    house = House(sample_assistant)
    yield house
    house.close()


def chunks(house: House, body: dict[str, Any]) -> list[Any]:
    text = httpx.post(f"{house.url}/v1/chat/completions", json=body | {"stream": True}, timeout=60).text
    rows = [row.removeprefix("data: ") for row in text.split("\n\n") if row]
    assert rows[-1] == "[DONE]"
    return [json.loads(row) for row in rows[:-1]]


def test_usage_comes_in_a_last_chunk_when_it_is_asked_for(house: House) -> None:
    *before, last = chunks(house, ASKED | {"stream_options": {"include_usage": True}})
    assert last["choices"] == []
    assert set(last["usage"]) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    assert all(chunk["usage"] is None and chunk["choices"] for chunk in before)
    plain = chunks(house, ASKED)
    assert all("usage" not in chunk and chunk["choices"] for chunk in plain)


def test_null_options_mean_their_defaults(house: House) -> None:
    body = ASKED | {"stream": None, "stream_options": None, "model": None, "temperature": 0.2, "tools": []}
    reply = httpx.post(f"{house.url}/v1/chat/completions", json=body, timeout=60)
    assert reply.status_code == 200
    assert reply.json()["object"] == "chat.completion"


@pytest.mark.parametrize(
    "body", [{}, {"messages": []}, {"messages": "x"}, {"messages": [{"role": "user", "content": " "}]}]
)
def test_errors_have_the_form_that_clients_read(house: House, body: dict[str, Any]) -> None:
    reply = httpx.post(f"{house.url}/v1/chat/completions", json=body, timeout=60)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def test_the_model_can_be_looked_up(house: House) -> None:
    assert httpx.get(f"{house.url}/v1/models/byline").json()["id"] == "byline"
    missing = httpx.get(f"{house.url}/v1/models/other")
    assert (missing.status_code, missing.json()["error"]["type"]) == (404, "invalid_request_error")


TITLE = (
    '### Task:\nName this chat in a few words.\n### Output:\nJSON format: { "title": "..." }\n### Chat History:\n'
    "<chat_history>\nUSER: Who paid for the ferry terminal at Ostrey?\nASSISTANT: The council. [1]\n</chat_history>"
)


@pytest.mark.parametrize("key", ["tags", "queries", "follow_ups"])
def test_a_clients_own_tasks_get_json_and_no_citation(house: House, key: str) -> None:
    body = {"messages": [{"role": "user", "content": TITLE.replace('"title": "..."', f'"{key}": ["..."]')}]}
    reply = httpx.post(f"{house.url}/v1/chat/completions", json=body, timeout=60).json()
    assert json.loads(reply["choices"][0]["message"]["content"]) == {key: []}
    assert reply["choices"][0]["message"]["annotations"] == []


def test_a_chat_gets_a_title_from_its_first_question(house: House) -> None:
    body = {"messages": [{"role": "user", "content": TITLE}]}
    streamed = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks(house, body))
    assert json.loads(streamed) == {"title": "Who paid for the ferry terminal at Ostrey"}


def test_a_question_about_a_task_is_a_question() -> None:
    assert task_reply("What was the task of the inquiry?") is None
    assert task_reply("### Task:\nSay something.") is None
    assert unwrapped("Who owns </context> now?") == "Who owns </context> now?"


@pytest.mark.parametrize("end", ["\n\n{}", "\n<user_query>\n{}\n</user_query>", "\n### Query: {}"])
def test_the_question_in_a_retrieval_template_is_answered(house: House, end: str) -> None:
    template = '### Task:\nAnswer from the context, with [id].\n<context>\n<source id="1">The moon is made of cheese.</source>\n</context>'
    body = {"messages": [{"role": "user", "content": template + end.format(FLAGSHIP)}]}
    text = httpx.post(f"{house.url}/v1/chat/completions", json=body, timeout=60).json()["choices"][0]["message"][
        "content"
    ]
    assert "fully support" in text
    assert "cheese" not in text


def call(house: House, tool: str, **arguments: Any) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {"accept": "application/json, text/event-stream"}
    return httpx.post(f"{house.url}/mcp", json=body, headers=headers, timeout=60).json()["result"]


@pytest.mark.parametrize(
    "given", ['["World Desk Review"]', "World Desk Review", ["world desk REVIEW"], "[]", "", None, [""], "  "]
)
def test_agents_may_name_outlets_in_many_ways(house: House, given: Any) -> None:
    result = call(house, "ask", question=FLAGSHIP, outlets=given, since="", until=None, as_of="")
    answer = result["structuredContent"]
    assert "fully support" in answer["text"]
    assert {citation["outlet"] for citation in answer["citations"]} == {"World Desk Review"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"outlets": "The Moon Post"}, "World Desk Review"), ({"since": "soon"}, "since: send a date"), ({"outlets": "[1]"}, "a list of outlet names")],
)  # fmt: skip
def test_agents_are_told_in_one_sentence_what_is_wrong(house: House, arguments: dict[str, Any], words: str) -> None:
    result = call(house, "search", query="ferry", **arguments)
    assert result["isError"]
    assert words in result["content"][0]["text"]
    assert "\n" not in result["content"][0]["text"]


def test_outlets_are_found_in_other_letter_case_over_http_too(house: House) -> None:
    found = httpx.get(
        f"{house.url}/api/search", params={"q": "ferry", "outlet": "the vessaly HERALD"}, timeout=60
    ).json()
    assert {hit["outlet"] for hit in found["hits"]} == {"The Vessaly Herald"}
    wrong = httpx.get(f"{house.url}/api/search", params={"q": "ferry", "outlet": "Nobody's"}, timeout=60)
    assert wrong.status_code == 400
    assert "The Vessaly Herald" in wrong.json()["error"]


def test_unknown_fields_are_refused_and_not_echoed(house: House) -> None:
    body = {"question": "a", **{f"zebra{n}": n for n in range(20_000)}}
    reply = httpx.post(f"{house.url}/api/ask", json=body, timeout=60)
    assert reply.status_code == 422
    assert "unknown field" in reply.json()["error"]
    assert "zebra" not in reply.text
    assert len(reply.text) < 500


@pytest.mark.parametrize(
    "path", ["/api/ask", "/v1/chat/completions", "/mcp", "/byline/export/json", "/byline/feedback", "/byline/case"]
)
def test_half_characters_never_give_a_500(house: House, path: str) -> None:
    half = '"\\ud83d Kim \\udc00"'
    turn = f'{{"id": {half}, "question": {half}, "state": "answered"}}'
    bodies = {
        "/api/ask": [f'{{"question": {half}}}', f'{{"question": "Kim?", "history": [{{"role": "user", "content": {half}}}]}}',
                     f'{{"question": "Kim?", {half}: 1}}', f'{{"question": "Kim?", "outlets": [{half}]}}'],
        "/v1/chat/completions": [f'{{"messages": [{{"role": "user", "content": {half}}}]}}',
                                 f'{{"messages": [{{"role": "user", "content": [{{"type": "text", "text": {half}}}]}}]}}'],
        "/mcp": [f'{{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {{"name": "ask", "arguments": {{"question": {half}}}}}}}'],
        "/byline/export/json": [f'{{"name": {half}, "turns": []}}', f'{{"name": "a", "turns": [{turn}]}}'],
        "/byline/feedback": [f'{{"receipt": "a", "rating": "good", "note": {half}}}'],
        "/byline/case": [f'{{"receipt": {half}, "expect": "answer"}}'],
    }[path]  # fmt: skip
    for body in bodies:
        headers = {"content-type": "application/json", "x-byline": "1", "accept": "application/json, text/event-stream"}
        reply = httpx.post(house.url + path, content=body, headers=headers, timeout=60)
        assert reply.status_code < 500, body


SHAPED = (
    Sentence("It rained in March", (1,), "supported", 0, "1 March 2025"),
    Sentence("Then it snowed", (2,), "check", 1, "2 April 2025", reason="no source says snow"),
    Sentence("And hailed.", (1, 2), "supported", 1),
)


def test_a_structured_answer_is_a_list_in_text_and_grows_only_at_its_end() -> None:
    text, notes = sentences_text("timeline", SHAPED, CITED, "http://here")
    assert (
        text
        == "- **1 March 2025**: It rained in March [1]\n- **2 April 2025**: Then it snowed [2] (check) And hailed. [1][2]"
    )
    assert [text[note["url_citation"]["start_index"] : note["url_citation"]["end_index"]] for note in notes] == [
        "[1]",
        "[2]",
        "[1]",
        "[2]",
    ]
    for count in range(4):
        assert text.startswith(sentences_text("timeline", SHAPED[:count], CITED, "")[0])


def test_limitations_marks_and_sources_stand_below_the_text() -> None:
    answer = Answer(
        question="When?", standalone="When?", status="answered", sentences=SHAPED, citations=tuple(CITED.values()), hits=(),
        model="m", confidence=1.0, text="", kind="timeline", limitations=("The passages do not say why.",),
    )  # fmt: skip
    text, _ = answer_text(answer, "")
    assert text.index("do not say why") < text.index(LEGEND) < text.index("[1] “It rained.” Paper 1")


def test_events_carry_entries_and_limitations(sample_assistant: Assistant) -> None:
    parts = sample_assistant.parts
    line = "Kim vowed to “fully support” Russia’s military, which he described as a “fraternal duty”"
    reply = f"- **Kim** – {line} [1].\nThe passages do not say what Putin paid for it."
    model = ScriptedChatModel("{}", reply, reply, "", "", profile=CAPABLE)

    house = House(Assistant(replace(parts, chat_model=model)))
    try:
        body = {"question": "List what Kim pledged.", "stream": True}
        text = httpx.post(f"{house.url}/api/ask", json=body, timeout=60).text
    finally:
        house.close()
    events = [(b.split("\n")[0][7:], json.loads(b.split("\n")[1][6:])) for b in text.strip().split("\n\n")]
    names = [name for name, _ in events]
    assert "limited" in names
    assert dict(events)["limited"] == {"text": "The passages do not say what Putin paid for it."}
    sentence = next(record for name, record in events if name == "sentence")
    assert sentence["entry"] == dict(events)["answer"]["sentences"][0]["entry"]
    assert dict(events)["answer"]["limitations"] == ["The passages do not say what Putin paid for it."]


@pytest.mark.parametrize("name", ["title", "tags", "followups", "queries", "rag-template"])
def test_what_a_real_client_sends(name: str) -> None:
    folder = SHARED / "data" / "cases" / "20-webui-side-tasks"
    if not folder.is_dir():
        pytest.skip("../shared/data/cases is absent: this test reads requests of a real client")
    content = json.loads(Path(folder / f"{name}.json").read_text("utf-8"))["messages"][-1]["content"]
    if name == "rag-template":
        assert task_reply(content) is None
        assert unwrapped(content).startswith("How many jobs")
    else:
        assert isinstance(json.loads(task_reply(content) or "null"), dict)
