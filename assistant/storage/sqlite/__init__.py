"""The SQLite catalogue: the source of truth for articles, passages, vectors and receipts."""
