"""Twenty-six page layouts drawn as PDF, each with the sentences that a reader finds in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

_WIDTHS = dict(
    zip(
        " !\"'(),-./0123456789:;?",
        (278, 278, 355, 191, 333, 333, 278, 333, 278, 278, *[556] * 10, 278, 278, 556),
        strict=True,
    )
)
_WIDTHS |= dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            667,
            667,
            722,
            722,
            667,
            611,
            778,
            722,
            278,
            500,
            667,
            556,
            833,
            722,
            778,
            667,
            778,
            722,
            667,
            611,
            722,
            667,
            944,
            667,
            667,
            611,
        ),
        strict=True,
    )
)
_WIDTHS |= dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            556,
            556,
            500,
            556,
            556,
            278,
            556,
            556,
            222,
            222,
            500,
            222,
            833,
            556,
            556,
            556,
            556,
            333,
            500,
            278,
            556,
            500,
            722,
            500,
            500,
            500,
        ),
        strict=True,
    )
)

S = (
    "The harbour board of Selja voted on Monday to sell the floating crane to the highest bidder.",
    "Chair Magnus Brandt told reporters that the sale would bring in at least 4.1 million kroner before the summer.",
    "Dock workers' secretary Wilhelmina Terpstra called the plan a mistake and said 140 jobs were at stake.",
    "The owner of the yard next door, Kolen Holding, has offered to rent the crane by the day.",
    "A survey by the county found 37 cracked piles under the northern pier and closed it to lorries.",
    "Nobody from the insurance company wanted to say how much of the damage was covered.",
    "Fishermen have been told to land their catch at the old ferry berth until the repairs are finished.",
    "The council will discuss the matter again on 12 March, when the figures for the year are known.",
    "Teacher Ingrid Solheim led a group of pupils who counted 312 gulls on the roof of the fish hall.",
    "A second survey is planned for the autumn, after the tourist boats have gone.",
)


def width(text: str, size: float) -> float:
    return sum(_WIDTHS.get(ch, 556) for ch in text) * size / 1000


def wrapped(text: str, size: float, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@dataclass
class Sheet:
    """What is drawn on one page, in the order of drawing."""

    drawn: list[str] = field(default_factory=list)

    def put(self, x: float, y: float, size: float, text: str, spread: float = 0.0) -> None:
        safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        self.drawn.append(f"BT /F1 {size:g} Tf {spread:.3f} Tw {x:.2f} {y:.2f} Td ({safe}) Tj ET")

    def block(
        self, x: float, y: float, text: str, room: float, size: float = 10, lead: float = 12, full: bool = False
    ) -> float:
        """A wrapped paragraph; gives where the next line would stand."""
        lines = wrapped(text, size, room)
        for number, line in enumerate(lines):
            gaps = line.count(" ")
            spread = (room - width(line, size)) / gaps if full and gaps and number < len(lines) - 1 else 0.0
            self.put(x, y, size, line, spread)
            y -= lead
        return y


def pdf(sheets: list[Sheet], title: str = "") -> bytes:
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for sheet in sheets:
        stream = "\n".join(sheet.drawn).encode("cp1252")
        parts.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
        parts.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % len(parts)
        )
        kids.append(f"{len(parts)} 0 R")
    parts[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    parts.append(f"<</Title({title})>>".encode())
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(b"%010d 00000 n \n" % at for at in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, len(parts), start)
    return bytes(out)


@dataclass(frozen=True)
class Layout:
    """A document and what a reader finds in it, in order."""

    sheets: list[Sheet]
    has: tuple[str, ...]
    title: str = ""
    has_not: tuple[str, ...] = ()


HEAD = "Harbour board sells its crane"
LAYOUTS: dict[str, Callable[[], Layout]] = {}


def layout(make: Callable[[], Layout]) -> Callable[[], Layout]:
    LAYOUTS[make.__name__] = make
    return make


def columns(
    count: int,
    order: str,
    gutter: float = 18,
    size: float = 10,
    shift: float = 0.0,
    full: bool = False,
    top: float = 740,
) -> list[str]:
    """Drawing of all sentences in columns: "columns", "rows" or "mixed"."""
    room = (495 - gutter * (count - 1)) / count
    lines = [line for text in S for line in wrapped(text, size, room)] if not full else []
    sheet = Sheet()
    if full:
        sheets = [Sheet() for _ in range(count)]
        for number, part in enumerate(sheets):
            text = " ".join(S[number * len(S) // count : (number + 1) * len(S) // count])
            part.block(50 + number * (room + gutter), top, text, room, size, full=True)
        rows = [line for group in zip(*(s.drawn for s in sheets), strict=False) for line in group]
        longest = min(len(s.drawn) for s in sheets)
        return rows + [line for s in sheets for line in s.drawn[longest:]]
    tall = -(-len(lines) // count)
    cells = [(at // tall, at % tall, line) for at, line in enumerate(lines)]
    if order == "rows":
        cells.sort(key=lambda cell: (cell[1], cell[0]))
    elif order == "mixed":
        random.Random(7).shuffle(cells)
    for column, row, line in cells:
        sheet.put(50 + column * (room + gutter), top - row * 12 - column * shift, size, line)
    return sheet.drawn


def in_columns(count: int, order: str, **how: float | bool) -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    sheet.drawn += columns(count, order, **how)  # type: ignore[arg-type]
    return Layout([sheet], S, HEAD)


@layout
def one_column() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    y = 740.0
    for text in S:
        y = sheet.block(50, y, text, 495) - 8
    return Layout([sheet], S, HEAD)


@layout
def two_columns_by_column() -> Layout:
    return in_columns(2, "columns")


@layout
def two_columns_row_by_row() -> Layout:
    return in_columns(2, "rows")


@layout
def two_columns_in_no_order() -> Layout:
    return in_columns(2, "mixed")


@layout
def three_columns_row_by_row() -> Layout:
    return in_columns(3, "rows")


@layout
def four_columns_row_by_row() -> Layout:
    return in_columns(4, "rows", gutter=14, size=8)


@layout
def columns_at_different_heights() -> Layout:
    return in_columns(2, "rows", shift=5)


@layout
def narrow_gutter() -> Layout:
    return in_columns(2, "rows", gutter=11)


@layout
def justified_columns() -> Layout:
    return in_columns(2, "rows", full=True, gutter=16)


@layout
def three_justified_columns() -> Layout:
    return in_columns(3, "rows", full=True, gutter=16, size=9)


@layout
def standfirst_over_two_columns() -> Layout:
    sheet = Sheet()
    sheet.put(50, 790, 22, HEAD)
    sheet.block(50, 765, "Dock workers fear for their jobs while the county counts cracked piles.", 495, 13, 15)
    sheet.drawn += columns(2, "rows", top=725)
    return Layout([sheet], ("Dock workers fear for their jobs while the county counts cracked piles.", *S), HEAD)


@layout
def sidebar_beside_the_text() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    y = 740.0
    box = ("The crane was built in 1967.", "It lifts 80 tonnes and is 61 metres high.", "It has sunk once, in 1988.")
    sheet.block(50, y, " ".join(S[:4]), 330)
    at = y
    for line in box:
        at = sheet.block(410, at, line, 135, 8, 10) - 4
    sheet.block(50, 600, " ".join(S[4:8]), 330)
    return Layout([sheet], S[:8], HEAD)


@layout
def caption_inside_a_column() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    text = wrapped(" ".join(S), 10, 238)
    y = 740.0
    for line in text[:9]:
        sheet.put(50, y, 10, line)
        y -= 12
    sheet.put(50, y - 120, 8, "The floating crane at its berth. Photo: Ola Nilsen")
    y -= 145
    for line in text[9:16]:
        sheet.put(50, y, 10, line)
        y -= 12
    y = 740.0
    for line in text[16:]:
        sheet.put(306, y, 10, line)
        y -= 12
    return Layout([sheet], S, HEAD)


@layout
def pull_quote_in_the_text() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 24, HEAD)
    text = wrapped(" ".join(S[:6]), 10, 300)
    y = 740.0
    for line in text[:4]:
        sheet.put(50, y, 10, line)
        y -= 12
    sheet.put(50, y - 14, 16, "A mistake with 140 victims")
    y -= 44
    for line in text[4:]:
        sheet.put(50, y, 10, line)
        y -= 12
    return Layout([sheet], S[:6], HEAD)


@layout
def running_heads_on_three_pages() -> Layout:
    text = wrapped(" ".join(S), 10, 300)
    sheets = []
    for page in range(3):
        sheet = Sheet()
        sheet.put(
            50 if page % 2 else 400, 815, 8, f"SELJA COURIER {12 + page}" if page % 2 else f"{12 + page} SELJA COURIER"
        )
        if page == 0:
            sheet.put(50, 780, 20, HEAD)
        y = 740.0
        for line in text[page * len(text) // 3 : (page + 1) * len(text) // 3]:
            sheet.put(50, y, 10, line)
            y -= 12
        sheet.put(280, 30, 8, f"- {12 + page} -")
        sheets.append(sheet)
    return Layout(sheets, S, HEAD, ("SELJA COURIER", "- 13 -"))


@layout
def drop_cap_of_three_lines() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    sheet.put(50, 716, 40, "T")
    lines = wrapped(" ".join(S[:5])[1:], 10, 300)
    for number, line in enumerate(lines):
        sheet.put(82 if number < 3 else 50, 740 - 12 * number, 10, line)
    return Layout([sheet], S[:5], HEAD)


@layout
def words_split_at_line_ends() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    for number, line in enumerate(
        (
            "The har-",
            "bour board called the so-",
            "called rescue plan of the long-",
            "standing owner an under-",
            "statement worth 1,200,-",
            "000 kroner, and anti-",
            "Brandt voices grew.",
        )
    ):
        sheet.put(50, 740 - 12 * number, 10, line)
    return Layout(
        [sheet],
        (
            "The harbour board called the so-called rescue plan of the long-standing owner an understatement worth 1,200,000 kroner, and anti-Brandt voices grew.",
        ),
        HEAD,
    )


@layout
def table_between_paragraphs() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    y = sheet.block(50, 740, " ".join(S[:3]), 495) - 12
    for row in (
        ("Berth", "Boats", "Tonnes"),
        ("North pier", "12", "4,310"),
        ("Fish hall", "31", "977"),
        ("Ferry berth", "8", "1,204"),
    ):
        for x, cell in zip((60, 240, 400), row, strict=True):
            sheet.put(x, y, 10, cell)
        y -= 14
    sheet.block(50, y - 12, " ".join(S[3:6]), 495)
    return Layout([sheet], (*S[:3], "North pier | 12 | 4,310", "Ferry berth | 8 | 1,204", *S[3:6]), HEAD)


@layout
def notes_at_the_foot_of_the_page() -> Layout:
    sheets = [Sheet(), Sheet()]
    sheets[0].put(50, 780, 20, HEAD)
    text = wrapped(" ".join(S), 10, 280)
    for page, sheet in enumerate(sheets):
        y = 740.0
        for line in text[page * 12 : page * 12 + 12]:
            sheet.put(50, y, 10, line)
            y -= 12
        sheet.put(50, 96, 5, str(page + 1))
        sheet.put(55, 92, 8, f"Counted by the county in year {page + 1}.")
    return Layout(sheets, S[:7], HEAD)


@layout
def marks_of_notes_after_numbers() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    sheet.put(50, 740, 10, "The yard has 140")
    sheet.put(50 + width("The yard has 140", 10), 743.5, 6, "1")
    sheet.put(50 + width("The yard has 140", 10) + 6, 740, 10, "jobs and stores 10")
    at = 50 + width("The yard has 140", 10) + 6 + width("jobs and stores 10", 10)
    sheet.put(at, 743.5, 6, "6")
    sheet.put(at + 6, 740, 10, "litres of oil in its tanks.")
    return Layout([sheet], ("The yard has 140 jobs and stores 10⁶ litres of oil in its tanks.",), HEAD, ("1401", "106"))


@layout
def two_stories_on_a_page() -> Layout:
    sheet = Sheet()
    sheet.put(50, 790, 24, HEAD)
    left, right = wrapped(" ".join(S[:3]), 10, 238), wrapped(" ".join(S[3:5]), 10, 238)
    for x, lines in ((50, left), (306, right)):
        for number, line in enumerate(lines):
            sheet.put(x, 755 - 12 * number, 10, line)
    sheet.put(50, 600, 18, "Pupils count gulls")
    for number, text in enumerate((S[8], S[9], S[7])):
        sheet.block(50 + number * 170, 570, text, 155)
    return Layout([sheet], (*S[:5], "Pupils count gulls", S[8], S[9], S[7]), HEAD)


@layout
def byline_and_date_under_the_headline() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    sheet.put(50, 760, 9, "By Kari Moe")
    sheet.put(50, 748, 9, "12 March 2025")
    sheet.block(50, 720, " ".join(S[:4]), 495)
    return Layout([sheet], S[:4], HEAD)


@layout
def indented_paragraphs_without_space() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    y = 740.0
    for text in S[:6]:
        lines = wrapped(text, 10, 300)
        for number, line in enumerate(lines):
            sheet.put(62 if number == 0 else 50, y, 10, line)
            y -= 12
    return Layout([sheet], S[:6], HEAD, tuple(f"{a} {b}" for a, b in zip(S[:5], S[1:6], strict=True)))


@layout
def list_with_bullets() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 20, HEAD)
    y = sheet.block(50, 740, S[0], 495)
    for item in ("• a new pier for the ferries", "• 80 tonnes of oak beams", "• lamps along the quay"):
        sheet.put(62, y, 10, item)
        y -= 12
    sheet.block(50, y - 6, S[1], 495)
    return Layout([sheet], (S[0], "a new pier for the ferries", S[1]), HEAD, ("ferries •", "beams •"))


@layout
def centred_headline_and_writer() -> Layout:
    sheet = Sheet()
    for y, size, text in ((790, 18, "Harbour board sells"), (768, 18, "its floating crane"), (750, 9, "Kari Moe")):
        sheet.put(297 - width(text, size) / 2, y, size, text)
    sheet.drawn += columns(2, "rows", top=720)
    return Layout([sheet], S, "Harbour board sells its floating crane")


@layout
def double_spaced_typescript() -> Layout:
    sheet = Sheet()
    sheet.put(50, 780, 12, HEAD)
    y = 745.0
    for text in S[:5]:
        y = sheet.block(86, y, text, 420, 12, 24) - 12
    return Layout([sheet], S[:5])
