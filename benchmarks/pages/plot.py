"""Draws CPU milliseconds a turn, over a chat of 200 turns, as an SVG."""

from collections.abc import Mapping, Sequence
from math import log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 420, 60, 190, 30, 50
COLOURS = ("#0b6e4f", "#888888", "#c05621", "#6b46c1", "#9f7aea", "#2b6cb0", "#63b3ed", "#c53030")
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def draw(series: Mapping[str, Sequence[float]], title: str, step: int = 10) -> str:
    """`series`: a value for every turn. A point is the mean of `step` turns. The vertical axis is logarithmic."""
    drawn = {name: _means(values, step) for name, values in series.items()}
    every = [value for values in drawn.values() for value in values]
    low, high = _floor(min(every)), _ceiling(max(every))
    turns = max(map(len, series.values()))

    def x(turn: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * turn / turns

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * log10(value / low) / log10(high / low)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            'font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/><text x="{LEFT}" y="18" font-size="14">{title}</text>',
    ]
    for tick in (tick for tick in TICKS if low <= tick <= high):
        parts.append(f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    parts += [
        f'<text x="{x(turn):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{turn}</text>'
        for turn in range(0, turns + 1, turns // 4)
    ]
    parts.append(f'<text x="{x(turns / 2):.1f}" y="{HEIGHT - 10}" text-anchor="middle">turn of the chat</text>')
    labels = _place_labels({name: y(values[-1]) + 4 for name, values in drawn.items()})
    for colour, (name, values) in zip(COLOURS, drawn.items(), strict=False):
        points = " ".join(f"{x((number + 0.5) * step):.1f},{y(value):.1f}" for number, value in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{labels[name]:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _means(values: Sequence[float], step: int) -> list[float]:
    return [sum(values[start : start + step]) / step for start in range(0, len(values) - step + 1, step)]


def _floor(value: float) -> float:
    return max(tick for tick in (0.1, *TICKS) if tick <= value)


def _ceiling(value: float) -> float:
    return min(tick for tick in (*TICKS, 10_000) if tick >= value)


def _place_labels(wanted: Mapping[str, float], gap: float = 15) -> dict[str, float]:
    """Vertical positions, from the top down, at least `gap` apart."""
    placed: dict[str, float] = {}
    above = 0.0
    for name, place in sorted(wanted.items(), key=lambda each: each[1]):
        placed[name] = above = max(place, above + gap)
    return placed
