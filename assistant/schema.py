"""The catalogue's tables, as SQL text. Run by `catalogue` alone."""

SCHEMA_VERSION = 1

TOKENIZER = "porter unicode61 remove_diacritics 2"

# An empty index in memory, to learn how the real one writes a word.
STEMMER = f"""
CREATE VIRTUAL TABLE words USING fts5(word, tokenize = "{TOKENIZER}");
CREATE VIRTUAL TABLE terms USING fts5vocab(words, 'row');
"""

TABLES = f"""
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row per article; `current` is the version that is searched.
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY,
    current TEXT NOT NULL REFERENCES versions(version),
    origin TEXT NOT NULL,          -- the file, feed or address it came with, for `--sync`
    seen_at TEXT NOT NULL,         -- when it was last fetched or read; never called published
    duplicate_of TEXT              -- the article that leads its cluster of copies, or NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_origin ON articles(origin);

-- Every version that was ever read; `source_id` has no type so that a number stays a number.
CREATE TABLE IF NOT EXISTS versions (
    version TEXT PRIMARY KEY,
    article_id TEXT NOT NULL,
    number INTEGER NOT NULL,       -- 1 for the first version of the article
    source_id,
    url TEXT, title TEXT NOT NULL, byline TEXT, outlet TEXT,
    published_at TEXT, day TEXT, date_source TEXT NOT NULL, language TEXT,
    boilerplate TEXT NOT NULL,     -- JSON [[start, end, kind], ...]
    text TEXT NOT NULL,
    added_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_by_article ON versions(article_id);

-- `seq` is never reused: the dense index keeps up by reading what is above the last one it has.
CREATE TABLE IF NOT EXISTS passages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL,       -- JSON [[start, end], ...]
    text_key BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_by_version ON passages(version);
CREATE INDEX IF NOT EXISTS passages_by_text ON passages(text_key);

-- Keyed by the text that was embedded, so that the same words are never embedded twice.
CREATE TABLE IF NOT EXISTS vectors (text_key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, made_at TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;

CREATE VIRTUAL TABLE IF NOT EXISTS passages_fts USING fts5(
    title, outlet, day, body, tokenize = "{TOKENIZER}"
);
CREATE VIRTUAL TABLE IF NOT EXISTS passages_terms USING fts5vocab(passages_fts, 'row');
"""
