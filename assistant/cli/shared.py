"""Options that every command takes, `--home` and `--config`, before or after the command's name.

They are added to the commands here, so that `byline eval`, which lives in a lower package, has them too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.settings import load_settings

Home = Annotated[Path | None, typer.Option("--home", help="The data folder.", metavar="DIR")]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="A configuration file instead of byline.toml in the data folder.", metavar="FILE"),
]
Command = Callable[..., Any]
SHARED: dict[str, Any] = {"home": Home, "config": Config}


def share_options(app: typer.Typer) -> None:
    """Give every command of an app and of its groups the shared options, and its context the settings."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.callback = _with_options(command.callback, _load)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.typer_instance.callback()(_with_options(_nothing, remember))
            share_options(group.typer_instance)


def remember(context: typer.Context, home: Path | None, config: Path | None) -> None:
    """Keep what was chosen for the command that follows; the last one given counts."""
    chosen = {"home": home, "config": config}
    context.meta.update({name: value for name, value in chosen.items() if value is not None})


def _load(context: typer.Context, home: Path | None, config: Path | None) -> None:
    remember(context, home, config)
    context.obj = load_settings(context.meta.get("config"), home=context.meta.get("home"))


def _nothing(context: typer.Context) -> None:
    """Do nothing: a group runs no code of its own."""


def _with_options(command: Command, use: Callable[[typer.Context, Path | None, Path | None], None]) -> Command:
    """The command with the shared options in its signature; `use` gets their values first."""
    signature = inspect.signature(command, eval_str=True)
    own = dict(signature.parameters)
    shown = {"context": inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)}
    shown |= {name: parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for name, parameter in own.items()}
    for name, option in SHARED.items():
        shown[name] = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)

    @wraps(command)
    def wrapped(**values: Any) -> Any:
        use(values["context"], *(values.pop(name) for name in SHARED))
        return command(**{name: value for name, value in values.items() if name in own})

    wrapped.__signature__ = signature.replace(parameters=list(shown.values()))  # type: ignore[attr-defined]
    wrapped.__annotations__ = {name: parameter.annotation for name, parameter in shown.items()}
    return wrapped
