"""`byline users`: who may log in to `byline serve --auth FILE`."""

from __future__ import annotations

import getpass
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
    from assistant.ui.server.auth import add_user

    path = file or context.obj.home / "users.txt"
    added = add_user(path, name, _password())
    print(
        f"{'Added' if added else 'Changed the password of'} {name}. Start the server with: byline serve --auth {path}"
    )


@users_app.command("list")
def show(context: typer.Context, file: UsersFile = None) -> None:
    """List the users."""
    from assistant.ui.server.auth import list_users

    for name in list_users(file or context.obj.home / "users.txt"):
        print(name)


@users_app.command("remove")
def remove(context: typer.Context, name: Name, file: UsersFile = None) -> None:
    """Remove a user; open sessions end at once."""
    from assistant.ui.server.auth import list_users, remove_user

    path = file or context.obj.home / "users.txt"
    remove_user(path, name)
    print(f"Removed {name}.")
    if not list_users(path):
        tell(f"{str(path)!r} has no users left; `byline serve --auth` needs one.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise UsageError("The two passwords differ. Nothing was changed.")
    return password
