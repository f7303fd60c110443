"""Encodings by name as browsers understand them, and a guess by evidence where no name is given."""

from __future__ import annotations

import codecs
import re

from assistant.errors import UsageError

_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
"""Encodings whose name stands for a wider one that has everything the narrow one has."""
_WINDOWS = {
    "iso8859-2": "cp1250", "iso8859-5": "cp1251", "iso8859-6": "cp1256", "iso8859-7": "cp1253", "iso8859-8": "cp1255",
    "iso8859-13": "cp1257", "iso8859-15": "cp1252", "iso8859-4": "cp1257",
}  # fmt: skip
"""Used where the bytes 80 to 9F occur, which hold nothing in ISO 8859."""
_ALIASES = {
    "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "windows-874": "cp874", "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso8859-8", "x-user-defined": "cp1252", "unicode": "utf-16", "cp-850": "cp850", "utf8mb4": "utf-8",
}  # fmt: skip
_NOT_TEXT = {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "raw-unicode-escape",
             "unicode-escape", "undefined", "mbcs", "oem"}  # fmt: skip


def by_name(content: bytes, name: str, errors: str = "strict") -> str | None:
    """The text in a named encoding, or None when there is no such encoding or the bytes do not fit it."""
    label = name.strip().strip("\"'").lower()
    try:
        known = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    if known in _NOT_TEXT:
        return None
    known = _WIDER.get(known, known)
    if known in _WINDOWS and re.search(rb"[\x80-\x9f]", content):
        known = _WINDOWS[known]
    try:
        if known == "euc_jp":
            return _euc_jp(content, errors)
        if known == "iso2022_jp":
            return _iso2022_jp(content, errors)
        return content.decode(known, errors)
    except (UnicodeDecodeError, TypeError, ValueError):
        return None


def _euc_jp(content: bytes, errors: str) -> str:
    """EUC-JP with the vendors' row 13 and 115 to 119 (①, 髙), which Python's codec lacks."""
    try:
        return content.decode("euc_jp")
    except UnicodeDecodeError:
        pairs = re.sub(rb"[\xa1-\xfe][\xa1-\xfe]", lambda m: _shifted(m[0][0] - 0x80, m[0][1] - 0x80), content)
        return re.sub(rb"\x8e([\xa1-\xdf])", rb"\1", pairs).decode("cp932", errors)


def _iso2022_jp(content: bytes, errors: str) -> str:
    """ISO-2022-JP with the same vendors' rows, and half-width katakana."""
    out = bytearray()
    pieces = re.split(rb"(\x1b(?:\$[@B]|\([BJI]))", content)
    mode = b"\x1b(B"
    for piece in pieces:
        if piece.startswith(b"\x1b"):
            mode = piece
        elif mode[1:2] == b"$":
            out += re.sub(rb"[\x21-\x7e]{2}", lambda m: _shifted(m[0][0], m[0][1]), piece)
        elif mode == b"\x1b(I":
            out += bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in piece)
        else:
            out += piece
    return bytes(out).decode("cp932", errors)


def _shifted(row: int, cell: int) -> bytes:
    """A JIS row and cell (each 0x21 to 0x7E) as Shift JIS."""
    high = (row - 0x21) // 2 + (0x81 if row < 0x5F else 0xC1)
    low = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
    return bytes((high, low))


_SINGLE = ("cp1252", "cp1250", "cp1251", "koi8-r", "cp866", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp874",
           "mac_roman", "cp850", "cp437", "cp852", "mac_cyrillic")  # fmt: skip
"""Candidates, the most common first: it wins where the evidence is equal."""
_MULTI = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_USUAL = {
    "cp1252": "éèàçùâêîôûëïüöäßñáíóúåæøãõÉÖÄÜÅØ“”‘’–—…€£°«»§·¿¡º½",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűăâîşţđĄĆĘŁŃÓŚŹŻČĎŘŠŤŽ“”„‘’–—…€§°»«",
    "cp1254": "çğıöşüâîûÇĞİÖŞÜ“”‘’–—…€°",
    "cp1257": "āčēģīķļņšūžąęėįųõäöüĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲ„“”–—…€°",
}
_USUAL |= {
    "mac_roman": _USUAL["cp1252"],
    "cp850": _USUAL["cp1252"],
    "cp437": _USUAL["cp1252"],
    "cp852": _USUAL["cp1250"],
}
_MAX_SAMPLE = 20_000


def guess(content: bytes) -> str:
    """The encoding that makes most sense of bytes that are not UTF-8.

    Raises:
        UsageError: None makes sense of them.
    """
    sample = b"".join(re.findall(rb"[^\x80-\xff\n]{0,40}[\x80-\xff][^\n]{0,200}", content[: 20 * _MAX_SAMPLE]))[
        :_MAX_SAMPLE
    ]
    found = [(_score(sample, name) + bonus, name) for bonus, name in _candidates(sample)]
    score, name = max(found, key=lambda item: item[0], default=(-1.0, ""))
    if score < -0.5:
        raise UsageError("this is not text in any known encoding")
    return name


def _candidates(sample: bytes) -> list[tuple[float, str]]:
    single = [(-0.002 * place, name) for place, name in enumerate(_SINGLE)]
    high = sum(1 for byte in sample if byte > 0x7F)
    multi = [(0.0, name) for name in _MULTI] if high >= 8 and high * 6 > len(sample) else []
    return single + multi


def _score(sample: bytes, name: str) -> float:
    """How much the text looks written: the mean over its characters beyond ASCII, at most 1."""
    text = by_name(sample, name, "replace") or ""
    if name in _MULTI:
        return _score_wide(text)
    usual = _USUAL.get(name, "")
    marks = [_judged(text, at, usual) for at, ch in enumerate(text) if ch > "\x7f"]
    return sum(marks) / len(marks) if marks else 0.0


def _judged(text: str, at: int, usual: str) -> float:
    ch = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if ch == "\ufffd" or ch < "\xa0" or "\u2500" <= ch <= "\u259f" or "\ue000" <= ch <= "\uf8ff":
        return -3.0
    if ch.isalpha():
        if ch not in "ºª" and ch.isupper() and before.islower():
            return -2.0
        if _script(ch) != _script(before) and before.isalpha() or _script(ch) != _script(after) and after.isalpha():
            return -2.0
        return (
            1.0
            if not usual and ch > "\u0370" and (before.isalpha() or after.isalpha())
            else 1.0
            if ch in usual
            else 0.1
        )
    if ch in "’‘" and before.isalpha():
        return 1.0
    if before.isalpha() and after.isalpha():
        return -2.0 if ch not in "\xad·—–" else 0.3
    return _judged_mark(ch, before, after, usual)


def _judged_mark(ch: str, before: str, after: str, usual: str) -> float:
    """Quotation marks open after a space and close after a word; money stands beside a number."""
    if ch in "“„‘«‚":
        return 1.0 if after.isalnum() or ch in "«“" else -0.5
    if ch in "”’»":
        return 1.0 if not before.isspace() or ch == "»" else -0.3
    if ch in "€£¥":
        return 1.0 if after.isdigit() or before.isdigit() or before in " \xa0" else -1.0
    if ch in "–—…°\xa0§½¼¾²³®©™•·":
        return 0.8
    return 0.8 if ch in usual else -0.8


def _script(ch: str) -> int:
    return (
        0
        if ch < "\u0370"
        else 1
        if ch < "\u0400"
        else 2
        if ch < "\u0530"
        else 3
        if ch < "\u0600"
        else 4
        if ch < "\u0700"
        else 5
    )


def _score_wide(text: str) -> float:
    """The share of common characters: kana, hangul and ideographs, and no holes."""
    wide = [ch for ch in text if ch > "\x7f"]
    if not wide:
        return 0.0
    kana = sum(1 for ch in wide if "\u3041" <= ch <= "\u30ff")
    hangul = sum(1 for ch in wide if "\uac00" <= ch <= "\ud7a3")
    common = sum(
        1 for ch in wide if "\u4e00" <= ch <= "\u9fff" or "\u3000" <= ch <= "\u303f" or "\uff01" <= ch <= "\uff5e"
    )
    bad = sum(
        1 for ch in wide if ch == "\ufffd" or "\ue000" <= ch <= "\uf8ff" or "\uff61" <= ch <= "\uff9f" or ch < "\xa0"
    )
    rare = sum(1 for ch in wide if "\u3400" <= ch <= "\u4dbf" or "\u0100" <= ch <= "\u2fff")
    # Simplified characters are more common in GB 18030 than by chance in other readings of the same bytes.
    frequent = sum(1 for ch in wide if ch in _FREQUENT)
    return (kana * 1.3 + hangul * 1.2 + common * 0.8 + frequent * 1.5 - 4 * bad - rare) / len(wide)


_FREQUENT = frozenset(
    "的一是不在了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年同工也能下过子说产种面而方后多定行学法所的是在有中國不人為一了我會這年大日本月時分者会社東京"
)
