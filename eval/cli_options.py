"""Options and arguments that several commands of `byline eval` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

SuiteName = Annotated[
    str | None,
    typer.Option(
        "--suite", help="Which suite: sample, news, multihop, reporter, shapes or follow-ups.", metavar="NAME"
    ),
]
Articles = Annotated[Path | None, typer.Option(help="Your own articles, with --questions.", metavar="PATH")]
Questions = Annotated[Path | None, typer.Option(help="Your own question file (JSONL).", metavar="FILE")]
Data = Annotated[
    Path | None, typer.Option(help="Folder with the public data, multihop_rag/ and news_questions/.", metavar="DIR")
]
Out = Annotated[Path | None, typer.Option(help="The run's folder; an interrupted run resumes here.", metavar="DIR")]
Split = Annotated[Literal["tune", "report"] | None, typer.Option(help="Only questions of this split.")]
Half = Annotated[
    Literal["A", "B"] | None, typer.Option(help="Only half A (tuning) or half B (reporting) of the articles.")
]
Ids = Annotated[
    Literal["odd", "even"] | None, typer.Option(help="Only questions whose id ends with an odd or even number.")
]
Limit = Annotated[int, typer.Option(min=0, help="Maximum number of questions, spread over the file; 0 for all.")]
Threads = Annotated[int, typer.Option(min=1, help="Questions asked at the same time.")]
Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
