"""The one error tree.

    BylineError
    ├── UsageError     the caller can fix it: wrong path, wrong option, bad input    (exit code 2)
    └── RunError       it went wrong while running                                   (exit code 1)
        ├── StoreError     the data folder: locked, full, read-only, damaged
        └── ModelError     a model: missing, unreachable, refused, too slow

Every message is one sentence or two: what was expected, what was found, what to do about it.
"""

from __future__ import annotations


class BylineError(Exception):
    """Base of everything that Byline raises on purpose."""

    exit_code = 1


class UsageError(BylineError):
    """The caller can fix it."""

    exit_code = 2


class RunError(BylineError):
    """It went wrong while running."""


class StoreError(RunError):
    """The data folder cannot be read or written as it should."""


class ModelError(RunError):
    """A model is missing, cannot be reached, refused, or did not answer in time."""
