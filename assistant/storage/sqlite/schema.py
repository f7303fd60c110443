"""The catalogue's tables, as SQL text. Run by `catalogue` alone.

Schema 1 had the first group of tables only. Opening a library adds the groups that it does not have yet.
"""

SCHEMA_VERSION = 4

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

ADDED_IN_2 = """
-- How each version's fields were found: JSON {"title": "json-ld", ...}.
CREATE TABLE IF NOT EXISTS provenance (version TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;

-- Which of the user's sources an article came with, for `--sync`: gone when no source has it any more.
CREATE TABLE IF NOT EXISTS sightings (
    article_id TEXT NOT NULL, source TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (article_id, source, origin)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sightings_by_source ON sightings(source);
INSERT OR IGNORE INTO sightings SELECT id, origin, origin FROM articles;

-- The last thing that happened at a place (a file, a page, a line of a file).
CREATE TABLE IF NOT EXISTS statuses (
    place TEXT PRIMARY KEY, status TEXT NOT NULL, article_id TEXT, detail TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;

-- What a server said of a page, so that it can be asked whether the page changed.
CREATE TABLE IF NOT EXISTS fetches (
    url TEXT PRIMARY KEY, etag TEXT, modified TEXT, fetched_at TEXT NOT NULL
) WITHOUT ROWID;

-- Near duplicates: band keys of each article's MinHash, and the pairs that were found alike.
CREATE TABLE IF NOT EXISTS bands (key INTEGER NOT NULL, article_id TEXT NOT NULL, PRIMARY KEY (key, article_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_by_article ON bands(article_id);
CREATE TABLE IF NOT EXISTS copies (a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_lead ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE INDEX IF NOT EXISTS versions_by_source ON versions(CAST(source_id AS TEXT));
CREATE INDEX IF NOT EXISTS receipts_by_time ON receipts(made_at);
INSERT OR IGNORE INTO meta VALUES ('revision', '1');
INSERT OR IGNORE INTO meta VALUES ('library', lower(hex(randomblob(8))));
"""

ADDED_IN_3 = """
-- What users corrected, by article. JSON: field -> value, field -> value before, [tag, ...].
CREATE TABLE IF NOT EXISTS edits (
    article_id TEXT PRIMARY KEY, fields TEXT NOT NULL, original TEXT NOT NULL, tags TEXT NOT NULL, edited_at TEXT NOT NULL
) WITHOUT ROWID;
"""

ADDED_IN_4 = """
-- Of documents with pages: JSON [[offset, page], ...], where in the version's text each page begins.
CREATE TABLE IF NOT EXISTS pages (version TEXT PRIMARY KEY, starts TEXT NOT NULL) WITHOUT ROWID;
"""

MIGRATIONS = {"1": ADDED_IN_2, "2": ADDED_IN_3, "3": ADDED_IN_4}
"""Schema that was found -> what makes the next one of it."""
