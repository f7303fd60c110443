"""Byline: answers over a collection of news articles, each sentence with the quotation it rests on."""

__version__ = "0.1.0"
