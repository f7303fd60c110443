"""Add a folder of articles and print a cited answer, from a LangChain chain: `python cite.py FOLDER QUESTION`."""

import sys

from assistant import Answer, open_assistant


def with_sources(answer: Answer) -> str:
    return "\n".join([answer.text, *(f"[{c.number}] {c.headline.line}: {c.quote}" for c in answer.citations)])


with open_assistant("my-library") as news:
    news.add(sys.argv[1])
    chain = news.runnable() | with_sources
    print(chain.invoke(sys.argv[2]))
