"""Draws charts as inline SVG. Colours come from the CSS classes of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

Point = tuple[float, float]


def whisker(value: float, low: float, high: float, *, width: int = 180) -> Markup:
    """A value between 0 and 1 with its interval on one line."""
    at, left, right = (round(4 + x * (width - 8), 1) for x in (value, low, high))
    return Markup(
        '<svg class="whisker" viewBox="0 0 {w} 16" width="{w}" height="16" role="img" aria-label="{label}">'
        '<line class="axis" x1="4" y1="8" x2="{end}" y2="8"/><line class="range" x1="{left}" y1="8" x2="{right}" y2="8"/>'
        '<circle class="dot" cx="{at}" cy="8" r="4"/></svg>'
    ).format(w=width, end=width - 4, left=left, right=right, at=at, label=f"{value:.2f}, from {low:.2f} to {high:.2f}")


def stacked_bar(parts: Mapping[str, int]) -> Markup:
    """Draw counts as one stacked bar over the full width, coloured by stage."""
    total = sum(parts.values())
    pieces, x = [], 0.0
    for name, count in parts.items():
        if not count:
            continue
        wide = 100 * count / total
        label = Markup('<text x="{:.2f}%" y="50%" dy=".35em" class="in-bar">{}</text>').format(x + wide / 2, count)
        pieces.append(
            Markup(
                '<g class="part {}" data-stage="{}"><title>{}: {} of {}</title>'
                '<rect x="{:.2f}%" y="0" width="{:.2f}%" height="100%"/>{}</g>'
            ).format(slug(name), name, name, count, total, x, wide, label if wide > 4 else "")
        )
        x += wide
    told = ", ".join(f"{name}: {count}" for name, count in parts.items() if count)
    return Markup('<svg class="stack" role="img" aria-label="{}">{}</svg>').format(told, Markup("").join(pieces))


def risk_coverage(curve: Sequence[Point], *, width: int = 460, height: int = 240) -> Markup:
    """Share of wrong answers among the most confident ones, against how many questions those are."""
    left, bottom, top, right = 44, 34, 12, 22
    high = max(0.1, *(risk for _, risk in curve))
    high = min(1.0, -(-high // 0.1) * 0.1)

    def place(x: float, y: float) -> str:
        return f"{left + x * (width - left - right):.1f},{top + (1 - y / high) * (height - top - bottom):.1f}"

    line = " ".join(place(x, y) for x, y in curve)
    area = f"{place(curve[0][0], 0)} {line} {place(curve[-1][0], 0)}"
    marks = [
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="tick" x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(
            left,
            width - right,
            *[place(0, y).split(",")[1]] * 2,
            left - 6,
            float(place(0, y).split(",")[1]) + 4,
            f"{y:.0%}",
        )
        for y in (0, high / 2, high)
    ]
    marks += [
        Markup('<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            place(x, 0).split(",")[0], height - bottom + 16, f"{x:.0%}"
        )
        for x in (0, 0.25, 0.5, 0.75, 1)
    ]
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-label="Risk-coverage curve">{marks}'
        '<polygon class="area" points="{area}"/><polyline class="line" points="{line}"/>'
        '<text class="axis-name" x="{mid}" y="{low}" text-anchor="middle">questions answered, the surest first</text>'
        '<text class="axis-name" transform="translate(11 {middle}) rotate(-90)" text-anchor="middle">wrong among them</text></svg>'
    ).format(w=width, h=height, marks=Markup("").join(marks), area=area, line=line, mid=(left + width) / 2, low=height - 4,
             middle=(height - bottom) / 2)  # fmt: skip


def latency_bars(stages: Mapping[str, Mapping[str, float]], *, width: int = 460) -> Markup:
    """Median and 95th percentile of each stage's seconds."""
    row, left, right = 30, 96, 112
    longest = max(spread["p95"] for spread in stages.values()) or 1e-9
    pieces = []
    for number, (name, spread) in enumerate(stages.items()):
        y = number * row + 6
        half, most = (spread[p] / longest * (width - left - right) for p in ("p50", "p95"))
        pieces.append(
            Markup(
                '<text class="tick" x="{}" y="{}" text-anchor="end">{}</text><rect class="p95" x="{}" y="{}" width="{}" height="14" rx="2"/>'
                '<rect class="p50" x="{}" y="{}" width="{}" height="14" rx="2"/><text class="tick" x="{}" y="{}">{} / {}</text>'
            ).format(
                left - 8,
                y + 12,
                name,
                left,
                y,
                round(max(most, 1), 1),
                left,
                y,
                round(max(half, 1), 1),
                round(left + max(most, 1) + 8, 1),
                y + 12,
                seconds(spread["p50"]),
                seconds(spread["p95"]),
            )  # fmt: skip
        )
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="Latency by stage">{}</svg>').format(
        width, len(stages) * row + 4, Markup("").join(pieces)
    )


def seconds(value: float) -> str:
    """Format a duration."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def slug(name: str) -> str:
    """A class name for a stage or kind."""
    return "s-" + "".join(ch if ch.isalnum() else "-" for ch in name.lower())
