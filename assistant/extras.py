"""Names the optional parts of the installation and says how to add one that is missing."""

from __future__ import annotations

from importlib.util import find_spec

from assistant.errors import ModelError


class MissingExtraError(ModelError):
    """A feature needs an optional part of the installation that is not there."""


def install_command(extra: str) -> str:
    """Return the command that installs an extra, quoted for a shell."""
    return f"pip install 'byline[{extra}]'"


def require(module: str, extra: str, feature: str) -> None:
    """Check that an optional package is installed, without importing it.

    Args:
        module: The top-level module that is about to be imported.
        extra: The extra in `pyproject.toml` that installs it.
        feature: What the user asked for, as the subject of a sentence.

    Raises:
        MissingExtraError: It is not installed; the message holds the command that installs it.
    """
    if find_spec(module) is None:
        raise MissingExtraError(f"{feature} needs the extra [{extra}]: {install_command(extra)}")
