"""Bytes become the text that was written, whatever their encoding says of itself."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from ingest.parsing.encoding import decode, decode_counted, decode_records

ENGLISH = "Engineer Zoë Fälk said the town’s budget – “small as it is” – had been cut by £300,000 or €351,000."
TEXTS = {
    "cp1252": ENGLISH,
    "mac_roman": ENGLISH,
    "cp850": "Die Müllerin Käthe Größ hat für 4,1 Mio. ein Café in Zürich eröffnet, sagte der Bürgermeister.",
    "cp1250": "Starostka Růžena Křížová řekla, že oprava mostu stála 2 miliony korun a že se na ni čekalo dlouho.",
    "cp1251": "Мэр Олег Борисов заявил, что город больше не будет ждать двадцать лет.",
    "koi8-r": "Мэр Олег Борисов заявил, что город больше не будет ждать двадцать лет.",
    "cp1253": "Η δήμαρχος Άννα Ψαρρού είπε ότι το έργο κόστισε 62 χιλιάδες ευρώ.",
    "cp932": "船長の高橋睦子さんは「切符は二百四十円のままです」と話した。住民八百人が出迎えた。",
    "euc_jp": "船長の高橋睦子さんは「切符は二百四十円のままです」と話した。住民八百人が出迎えた。",
    "gb18030": "昨日上午，维修九周的大桥恢复通车。总工程师说，修复钢梁共花费四百一十万元，比预算少了三十万元。",
    "big5hkscs": "昨日上午，維修九週的大橋恢復通車。總工程師說，修復鋼樑共花費四百一十萬元，比預算少了三十萬元。",
    "cp949": "시장 한서윤은 이천 명의 시민 앞에서 다시는 이십 년을 기다리지 않겠다고 말했다.",
    "iso2022_jp": "船長の高橋睦子さんは「切符は二百四十円のままです」と話した。",
    "utf-16-le": ENGLISH,
    "utf-16-be": ENGLISH,
    "utf-32-le": ENGLISH,
}


@pytest.mark.parametrize("name", TEXTS)
def test_an_encoding_that_nobody_names_is_found_by_evidence(name: str) -> None:
    assert decode(TEXTS[name].encode(name)) == TEXTS[name]


@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "ISO_8859-1", "latin1", "utf-8", "x-nothing", "base64"])
def test_a_wrong_or_narrow_name_does_no_harm(label: str) -> None:
    assert decode(ENGLISH.encode("cp1252"), label) == ENGLISH
    assert decode(ENGLISH.encode("utf-8"), label) == ENGLISH


@pytest.mark.parametrize(
    ("label", "bytes_in", "text"),
    [
        ("gb2312", "gb18030", "镕基大桥 李喆"), ("shift_jis", "cp932", "髙橋 ① 﨑"), ("euc-kr", "cp949", "똠방 햏"),
        ("iso-8859-2", "cp1250", "Ślęzak: „nie”"), ("iso-8859-9", "cp1254", "“Işık”"), ("big5", "big5hkscs", "大橋"),
    ],
)  # fmt: skip
def test_a_name_stands_for_the_wider_set(label: str, bytes_in: str, text: str) -> None:
    assert decode(text.encode(bytes_in), label) == text


def test_rows_of_vendors_in_japanese_encodings() -> None:
    euc = bytes.fromhex("ada1fce2") + "橋".encode("euc_jp")
    assert decode(euc, "euc-jp") == "①髙橋"
    assert decode(b"\x1b$B\x2d\x21\x7c\x62\x1b(B 1", "iso-2022-jp") == "①髙 1"


def test_a_few_bad_bytes_leave_utf8_what_it_is_and_are_counted() -> None:
    good = ENGLISH.encode()
    for bad in (
        good.replace(b"Engineer", b"Engin\xff\xfeer"),
        good[:-1] + b"\xe2\x82",
        good.replace(b"said", b"sa\x92id"),
    ):
        found = decode_counted(bad)
        assert found.encoding == "utf-8" and "Zoë Fälk" in found.text and "£300,000" in found.text
        assert found.replaced == found.text.count("\ufffd") > 0
    nul = decode_counted(good.replace(b"said", b"sa\x00id"))
    assert (nul.text, nul.replaced) == (ENGLISH, 1)


def test_each_record_has_its_own_encoding() -> None:
    lines = [ENGLISH.encode(), ENGLISH.encode("cp1252"), ENGLISH.encode() + b"\xff", b"plain"]
    found = decode_records(b"\n".join(lines)).text.split("\n")
    assert found == [ENGLISH, ENGLISH, f"{ENGLISH}\ufffd", "plain"]


def test_a_text_encoded_twice_is_decoded_twice_and_a_text_about_it_is_not() -> None:
    twice = ENGLISH.encode().decode("cp1252", "replace")
    assert decode(twice.encode()) == ENGLISH
    about = "The sign Ã© stands for é, the editor wrote."
    assert decode(about.encode()) == about


def test_accents_that_follow_their_letter_are_composed_and_other_characters_left_alone() -> None:
    assert decode("Zoe\u0308 and 神 and Ω".encode()) == "Zoë and 神 and Ω"


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n" + bytes(400), b"MZ\x90\x00\x03\x00\x00\x00\x04" * 50]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="not a text file"):
        decode(content)
