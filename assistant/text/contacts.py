"""Finds what asks a reader to get in touch or to pay less: telephone numbers, addresses, vouchers, codes."""

from __future__ import annotations

import re

CODE = re.compile(r"\b(?=[\w-]*[A-Z])(?=(?:[\w-]*\d){3})[A-Z0-9][A-Za-z0-9-]{5,}\b")
"""Capital letters and at least three digits in one word of six characters: a voucher, a reference, a token."""
_CONTACT = re.compile(
    r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w+|\B@\w{3,}|\b(?:[\w-]+\.)+(?:com|net|org|xyz|info|io|ru|cn|top|shop|example|test|invalid)\b|"
    r"(?<![\d.,])\+?(?:\d{1,4}[\s-])?(?:\(\d{2,5}\)\s?)?\d{3,4}[\s-]\d{4}(?!\d)",
    re.I,
)
_OFFER = re.compile(
    r"\b(?:voucher|coupon|promo(?:tional)?|discount code|promo code|free (?:delivery|trial|gift))\b|\d\s?% off\b", re.I
)


def has_contact(text: str) -> bool:
    """Whether a text holds a way to get in touch, an offer or a code."""
    return bool(_CONTACT.search(text) or _OFFER.search(text) or CODE.search(text))
