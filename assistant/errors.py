"""The error tree.

    BylineError
    ├── UsageError     the caller can fix it: wrong path, wrong option, bad input    (exit code 2)
    └── RunError       it failed while running                                       (exit code 1)
        ├── StoreError     the data folder: locked, full, read-only, damaged
        └── ModelError     a model: missing, unreachable, refused, too slow

Every message is one or two sentences: what is wrong, and what to do about it.
"""

from __future__ import annotations


class BylineError(Exception):
    """Base class of all errors that Byline raises on purpose."""

    exit_code = 1


class UsageError(BylineError):
    """The caller can fix it."""

    exit_code = 2


class RunError(BylineError):
    """It failed while running."""


class StoreError(RunError):
    """The data folder cannot be read or written."""


class ModelError(RunError):
    """A model is missing, cannot be reached, refused, or did not answer in time."""
