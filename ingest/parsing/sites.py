"""Which addresses belong to one site: what a page, a feed or a file may say of an address depends on it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PREFIX = re.compile(r"^(?:www\d?|m|amp|mobile|feeds?|rss)\.(?=.*\.)")


def host_of(address: str) -> str:
    """The host of an address, lower case; "" when it has none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def site_of(host: str) -> str:
    """A host without the prefix of its mobile, AMP or feed pages."""
    return _PREFIX.sub("", host.lower())


def same_site(first: str, second: str) -> bool:
    """Whether two addresses are of one site: the same host, or one below the other.

    Args:
        first: An address.
        second: Another.
    """
    one, other = site_of(host_of(first)), site_of(host_of(second))
    if not one or not other:
        return False
    return one == other or ("." in other and one.endswith("." + other)) or ("." in one and other.endswith("." + one))
