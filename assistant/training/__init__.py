"""Makes the reader: `python -m assistant.training`. Needs torch; nothing else of Byline imports this."""
