"""From the XML of a Word document to its paragraphs, in their order, with every tracked change accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.parsing.raised import lowered, raised
from ingest.parsing.word_numbers import numeral

_SKIPPED = {"del", "moveFrom", "delText", "delInstrText", "instrText", "rPr", "pPr", "sectPr", "sdtPr", "sdtEndPr", "tblPr",
            "tblGrid", "trPr", "tcPr", "rubyPr", "rt", "annotationRef", "footnoteRef", "endnoteRef", "fldData",
            "commentReference", "numbering", "Fallback"}  # fmt: skip
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "", "ptab": "\t"}
_HYPHENS = str.maketrans({"\u00ad": None, "\u2011": "-"})
_MAX_DEPTH = 200
_HIDDEN = {"vanish", "webHidden", "specVanish"}
_SYMBOLS = {"F0B7": "•", "F0A7": "•", "F0D8": "•", "F0E0": "→", "F0FC": "✓"}


def local(node: Any) -> str:
    """The name of an element without its namespace; "" for comments."""
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def value(node: Any, name: str) -> str:
    """An attribute by its name without a namespace."""
    return next((str(found) for key, found in node.attrib.items() if key.rpartition("}")[2] == name), "")


@dataclass
class _Line:
    """A paragraph while its runs are read."""

    text: str = ""
    boxes: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)
    """For each complex field that is open: whether its result is being shown."""

    @property
    def shown(self) -> bool:
        return all(self.fields)


@dataclass
class Paragraphs:
    """Reads the body of one document.

    Attributes:
        notes: "footnote" or "endnote" -> id -> its element.
        styles: Style id -> its name, lower case.
        numbers: List id -> level -> (kind, pattern) of its labels.
        hidden: Ids of the styles whose text is not shown.
        title: The first title or heading, once the body was read.
    """

    notes: Mapping[str, Mapping[str, Any]]
    styles: Mapping[str, str]
    numbers: Mapping[str, Mapping[str, tuple[str, str]]]
    hidden: frozenset[str] = frozenset()
    title: str = ""
    _heading: str = ""
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)
    _open: _Line | None = None
    _told: set[tuple[str, str]] = field(default_factory=set)

    def body(self, document: Any) -> list[str]:
        """The paragraphs of a document: text boxes after the paragraph that holds them, footnotes after theirs."""
        lines = [line for line in self._blocks(document, 0) if line.strip()]
        if self._open is not None and self._open.text.strip():
            lines.append(self._open.text.strip())
        self.title = self.title or self._heading
        return lines

    def _blocks(self, node: Any, depth: int) -> Iterator[str]:
        if depth > _MAX_DEPTH:
            return
        for child in node:
            name = local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child, depth)
            elif name == "AlternateContent":
                yield from self._blocks(_choice(child), depth + 1)
            elif name not in _SKIPPED:
                yield from self._blocks(child, depth + 1)

    def _paragraph(self, node: Any) -> Iterator[str]:
        """One paragraph; where its mark was deleted it goes on in the next one."""
        line = self._open or _Line()
        label = "" if line.text.strip() else self._label(node)
        carried, self._open = line.text, None
        self._runs(node, line, 0)
        if _mark_deleted(node):
            self._open = line
            return
        text = line.text.translate(_HYPHENS).strip(" \t\n")
        text = "\n".join(part.strip() for part in text.split("\n") if part.strip())
        if text:
            self._note_title(node, text, fresh=not carried)
            yield f"{label} {text}" if label else text
        yield from line.boxes
        for kind, key in line.notes:
            note = self.notes.get(kind, {}).get(key)
            if note is not None and (kind, key) not in self._told:
                self._told.add((kind, key))
                yield " ".join(" ".join(self._blocks(note, 1)).split())

    def _note_title(self, node: Any, text: str, *, fresh: bool) -> None:
        style = self.styles.get(_style(node), _style(node).lower()).replace(" ", "")
        if style == "title" and not self.title:
            self.title = " ".join(text.split())
        elif style in ("heading1", "heading2", "überschrift1", "titre1") and not self._heading and fresh:
            self._heading = " ".join(text.split())

    def _runs(self, node: Any, line: _Line, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        for child in node:
            name = local(child)
            if name == "r":
                self._run(child, line, depth)
            elif name == "AlternateContent":
                self._runs(_choice(child), line, depth + 1)
            elif name == "txbxContent":
                line.boxes += self._blocks(child, depth + 1)
            elif name == "t" and line.shown:  # also the text of formulas
                line.text += child.text or ""
            elif name not in _SKIPPED:
                self._runs(child, line, depth + 1)

    def _run(self, node: Any, line: _Line, depth: int) -> None:
        marks = [mark for child in node if local(child) == "rPr" for mark in child]
        if any(is_hidden(mark) or (local(mark) == "rStyle" and value(mark, "val") in self.hidden) for mark in marks):
            for child in node:
                _follow_field(child, line)
            return
        place = _place(marks)
        text = ""
        for child in node:
            text += self._piece(child, line, depth)
        if line.shown:
            text = raised(line.text, text) if place == "superscript" else text
            line.text += lowered(line.text, text) if place == "subscript" else text

    def _piece(self, child: Any, line: _Line, depth: int) -> str:
        """The text of one part of a run; notes and text boxes are kept for after the paragraph."""
        name = local(child)
        if name == "t":
            return child.text or ""
        if name in _CHARACTERS:
            return _CHARACTERS[name] if value(child, "type") not in ("page", "column") else "\n"
        if name == "sym":
            return _SYMBOLS.get(value(child, "char").upper(), "")
        if name in ("footnoteReference", "endnoteReference"):
            line.notes.append((name.removesuffix("Reference"), value(child, "id")))
        elif name == "fldChar":
            _follow_field(child, line)
        elif name == "AlternateContent":
            self._runs(_choice(child), line, depth + 1)
        elif name == "ruby":
            for base in child:
                if local(base) == "rubyBase":
                    return "".join(str(t.text or "") for t in base.iter() if local(t) == "t")
        elif name not in _SKIPPED:
            self._runs(child, line, depth + 1)
        return ""

    def _table(self, node: Any, depth: int) -> Iterator[str]:
        """A table row by row, its cells between bars; a cell that goes on from above is not repeated."""
        if depth > _MAX_DEPTH:
            return
        for row in _inside(node, "tr"):
            if any(local(mark) in ("del", "cellDel") for part in row if local(part) == "trPr" for mark in part):
                continue
            cells, nested = [], []
            for cell in _inside(row, "tc"):
                if _goes_on(cell):
                    continue
                content = [*self._blocks(cell, depth + 1)]
                if any(local(inner) == "tbl" for inner in cell):
                    nested += content
                else:
                    cells.append(" ".join(" ".join(content).split()))
            if any(cells):
                yield " | ".join(cell for cell in cells if cell)
            yield from nested

    def _label(self, node: Any) -> str:
        """What Word draws before an item of a numbered list ("3."); nothing for bullets."""
        found = (
            {local(part): value(part, "val") for part in node.iter() if local(part) in ("numId", "ilvl")}
            if _is_numbered(node)
            else {}
        )
        level = int(found["ilvl"]) if found.get("ilvl", "").isdigit() else 0
        kind, pattern = self.numbers.get(found.get("numId", ""), {}).get(str(level), ("", ""))
        if kind in ("", "none"):
            return ""
        if kind == "bullet":
            return "•"
        key = found["numId"]
        self._counts[key, level] = self._counts.get((key, level), 0) + 1
        for deeper in [place for place in self._counts if place[0] == key and place[1] > level]:
            del self._counts[deeper]
        for place in range(level + 1):
            pattern = pattern.replace(
                f"%{place + 1}", numeral(self._counts.get((key, place), 1), kind if place == level else "decimal")
            )
        return pattern


def _inside(node: Any, wanted: str) -> Iterator[Any]:
    """Rows or cells, also those in content controls and insertions."""
    for child in node:
        if local(child) == wanted:
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _inside(child, wanted)


def _choice(node: Any) -> Any:
    """One of the versions of the same content."""
    versions = {local(child): child for child in node}
    return versions.get("Choice", versions.get("Fallback", []))


def _mark_deleted(node: Any) -> bool:
    for properties in node:
        if local(properties) == "pPr":
            return any(
                local(mark) in ("del", "moveFrom") for part in properties if local(part) == "rPr" for mark in part
            )
    return False


def _goes_on(cell: Any) -> bool:
    """Whether a cell is the lower part of one that is merged with the cell above, or was deleted."""
    for properties in cell:
        if local(properties) == "tcPr":
            for part in properties:
                if local(part) == "cellDel" or (local(part) == "vMerge" and value(part, "val") != "restart"):
                    return True
    return False


def _follow_field(child: Any, line: _Line) -> None:
    """Of a field, its result is shown and its instruction is not."""
    if local(child) != "fldChar":
        return
    kind = value(child, "fldCharType")
    if kind == "begin":
        line.fields.append(False)
    elif kind == "separate" and line.fields:
        line.fields[-1] = True
    elif kind == "end" and line.fields:
        line.fields.pop()


def is_hidden(mark: Any) -> bool:
    """Whether a property of a run says that it is not shown."""
    return local(mark) in _HIDDEN and value(mark, "val") not in ("0", "false", "off")


def _place(marks: list[Any]) -> str:
    """Where a run is set ("superscript", "subscript" or ""), also when it was raised by hand."""
    for mark in marks:
        if local(mark) == "vertAlign":
            return value(mark, "val")
        if (
            local(mark) == "position"
            and re.fullmatch(r"-?\d+", value(mark, "val"))
            and abs(int(value(mark, "val"))) >= 4
        ):
            return "superscript" if int(value(mark, "val")) > 0 else "subscript"
    return ""


def _style(node: Any) -> str:
    for properties in node:
        if local(properties) == "pPr":
            return next((value(part, "val") for part in properties if local(part) == "pStyle"), "")
    return ""


def _is_numbered(node: Any) -> bool:
    return any(local(part) == "numPr" for properties in node if local(properties) == "pPr" for part in properties)
