"""`byline users`: who may log in to `byline serve --auth FILE`."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.streams import tell
from assistant.errors import UsageError

users_app = typer.Typer(no_args_is_help=True, help="Add, list or remove the users of `byline serve --auth FILE`.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits and . _ @ -")]
UsersFile = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The users' file; users.txt in the data folder by default."),
]


@users_app.command("add")
def add(context: typer.Context, name: Name, file: UsersFile = None) -> None:
    """Add a user, or change a user's password.

    The password is asked for. When standard input is piped, its first line is the password.
    """
    from assistant.ui.server.auth import user_line

    path = file or context.obj.home / "users.txt"
    line = user_line(name, _password())
    known = name in _names(path)
    _write(path, [*(kept for kept in _lines(path) if _name(kept) != name), line])
    print(
        f"{'Changed the password of' if known else 'Added'} {name}. Start the server with: byline serve --auth {path}"
    )


@users_app.command("list")
def list_users(context: typer.Context, file: UsersFile = None) -> None:
    """List the users."""
    for name in _names(file or context.obj.home / "users.txt"):
        print(name)


@users_app.command("remove")
def remove(context: typer.Context, name: Name, file: UsersFile = None) -> None:
    """Remove a user; open sessions end at once."""
    path = file or context.obj.home / "users.txt"
    if name not in _names(path):
        raise UsageError(f"There is no user {name!r} in {str(path)!r}. List them with `byline users list`.")
    _write(path, [line for line in _lines(path) if _name(line) != name])
    print(f"Removed {name}.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise UsageError("The two passwords differ. Nothing was changed.")
    return password


def _names(path: Path) -> list[str]:
    return [name for line in _lines(path) if (name := _name(line))]


def _name(line: str) -> str:
    return "" if line.startswith("#") else line.partition(":")[0].strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the users' file {str(path)!r}: {error}.") from error


def _write(path: Path, lines: list[str]) -> None:
    """Replace the file in one step; only its owner can read it."""
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write the users' file {str(path)!r}: {error.strerror}.") from error
    if not any(_name(line) for line in lines):
        tell(f"{str(path)!r} has no users left; `byline serve --auth` needs one.")
