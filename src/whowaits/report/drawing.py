"""Chart -> SVG for the page: one Vega-Lite specification for each kind of chart, drawn here and now.

A picture holds shapes and texts only. Its colours are the page's: what a specification gives as a colour is the name
of a look, which becomes a class. Nothing in it depends on how wide a text comes out, so that no font of this machine
changes a byte: places follow from counts alone, and there is no axis, legend or margin that fits itself to its labels.
No text from outside reaches the library, which a control character ends together with its process: labels are drawn
under the names of their places, and put in afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal
from xml.etree import ElementTree

from markupsafe import Markup

from whowaits.report.charts import Bars, Chart, Week
from whowaits.report.hours_table import DAYS, HOURS, clock

Size = Literal["wide", "narrow"]
Spec = dict[str, Any]
WIDTHS: Final[Mapping[Size, int]] = {"wide": 1060, "narrow": 340}
ROW_PX: Final = 48
BAR_TOP_PX: Final = 20
BAR_PX: Final = 14
TEXT_PX: Final = 14
"""From the top of a row down to the line on which its label stands."""
LABELS_PX: Final = 46
"""Room for the names of days or hours at the left of the week."""
HEAD_PX: Final = 22
"""Room for those above it."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_NUMBER: Final = re.compile(r"\d+\.\d+(e-?\d+)?")
_KINDS: Final = re.compile(r"[a-z][a-z0-9-]*")
_ATTRIBUTES: Final = {
    "g": {"transform": re.compile(r"translate\(-?[\d.]+,-?[\d.]+\)")},
    "path": {"d": re.compile(r"[MmLlHhVvZz\d., e+-]+"), "transform": re.compile(r"translate\(-?[\d.]+,-?[\d.]+\)")},
    "text": {
        "text-anchor": re.compile(r"start|middle|end"),
        "transform": re.compile(r"translate\(-?[\d.]+,-?[\d.]+\)"),
    },
}
"""Elements that a picture may hold, and what their attributes may say; all else is left out."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart drawn for a wide or a narrow page."""

    size: Size
    svg: Markup


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """Return a chart as SVG, for each width of page on which it is shown."""
    sizes: tuple[Size, ...] = ("narrow",) if chart.beside else ("wide", "narrow")
    return tuple(Drawing(size, _drawn(chart, size)) for size in sizes)


def _drawn(chart: Chart, size: Size) -> Markup:
    spec = _bars(chart, WIDTHS[size]) if isinstance(chart, Bars) else _week(chart, size)
    name = f"{chart.id}-{size}"
    titles = (
        f'<title id="{name}-title">{_text(chart.title)}</title><desc id="{name}-desc">{_text(chart.summary)}</desc>'
    )
    root = ElementTree.fromstring(_svg(spec))  # noqa: S314  what the library wrote, which declares no entity
    box = f'viewBox="0 0 {spec["width"]} {spec["height"]}"'
    labelled = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    inner = "".join(_clean(root, _texts(chart)))
    return Markup(f'<svg class="{size}" {box} {labelled}>{titles}{inner}</svg>')  # noqa: S704


def _svg(spec: Spec) -> str:
    import vl_convert  # its start takes half a second, which only a page with charts is worth

    return str(vl_convert.vegalite_to_svg(spec))


def _texts(chart: Chart) -> dict[str, str]:
    """The texts of a chart that come from outside, by the names under which they are drawn."""
    bars = chart.bars if isinstance(chart, Bars) else ()
    return {f"{part}-{n}": getattr(bar, part) for n, bar in enumerate(bars) for part in ("label", "value")}


def _clean(parent: ElementTree.Element, texts: Mapping[str, str]) -> Iterable[str]:
    """Yield what is allowed of the children of an element; a group that moves nothing gives way to its children."""
    for element in parent:
        tag = element.tag.removeprefix(_SVG)
        if tag not in _ATTRIBUTES:
            continue
        said = _attributes(tag, element)
        if tag == "g":
            inner = "".join(_clean(element, texts))
            yield f"<g{said}>{inner}</g>" if said and inner else inner
        elif "class=" in said:
            name = element.text or ""
            yield f"<text{said}>{_text(texts.get(name, name))}</text>" if tag == "text" else f"<path{said}/>"


def _attributes(tag: str, element: ElementTree.Element) -> str:
    said = "".join(
        f' {name}="{_NUMBER.sub(_rounded, value)}"'
        for name, allowed in _ATTRIBUTES[tag].items()
        if (value := element.get(name)) and allowed.fullmatch(value) and value not in ("translate(0,0)", "start")
    )
    kind = element.get("fill", "none")
    return said if tag == "g" or kind == "none" or not _KINDS.fullmatch(kind) else f' class="{kind}"{said}'


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2):g}"


def _text(text: str) -> str:
    return escape(text, quote=False)


def _bars(chart: Bars, width: int) -> Spec:
    """Bars below one another: label and value above each, its parts on a track."""
    rows = [{"row": n, "label": f"label-{n}", "value": f"value-{n}"} for n in range(len(chart.bars))]
    parts = [
        {"row": n, "part": m, "share": float(p.share), "kind": p.kind}
        for n, bar in enumerate(chart.bars)
        for m, p in enumerate(bar.pieces)
    ]
    bar = {"type": "bar", "height": BAR_PX, "yOffset": BAR_TOP_PX + BAR_PX / 2 - ROW_PX / 2}
    along: Spec = {"type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "nice": False}}
    return _spec(
        width,
        len(rows) * ROW_PX,
        y=_band("row", len(rows)),
        layer=[
            _layer(rows, bar, x={**along, "datum": 1}, color={"value": "track"}),
            _layer(parts, bar, x={**along, "field": "share", "stack": "zero"}, order={"field": "part"}, color=_kind()),
            _words(rows, "label", "left", x={"value": 0}),
            _words(rows, "value", "right", x={"value": width}),
        ],
    )


def _words(rows: list[dict[str, Any]], field: str, align: str, **where: Any) -> Spec:
    mark = {"type": "text", "align": align, "baseline": "alphabetic", "dy": TEXT_PX - ROW_PX / 2}
    return _layer(rows, mark, text={"field": field}, color={"value": field}, **where)


def _week(chart: Week, size: Size) -> Spec:
    """A field of hours: days below one another on a wide page, hours on a narrow one."""
    wide = size == "wide"
    cells = [{"day": at // HOURS, "hour": at % HOURS, "kind": f"level-{n}"} for at, n in enumerate(chart.levels)]
    across, down = ("hour", "day") if wide else ("day", "hour")
    counts = {"hour": HOURS, "day": len(DAYS)}
    names: dict[str, Callable[[int], str]] = {"hour": lambda h: clock(h)[: 2 if wide else 5], "day": lambda d: DAYS[d]}
    left, width = LABELS_PX, WIDTHS[size]
    height = HEAD_PX + counts[down] * (30 if wide else 20)
    x = _band(across, counts[across], [left, width])
    y = _band(down, counts[down], [HEAD_PX, height])
    heads = [{across: n, "name": names[across](n)} for n in range(counts[across])]
    sides = [{down: n, "name": names[down](n)} for n in range(counts[down])]
    label: Spec = {"type": "text", "baseline": "middle"}
    return _spec(
        width,
        height,
        layer=[
            _layer(cells, {"type": "rect"}, x=x, y=y, color=_kind()),
            _layer(heads, {**label, "align": "center"}, x=x, y={"value": 10}, text=_name(), color={"value": "label"}),
            _layer(sides, {**label, "align": "left"}, x={"value": 0}, y=y, text=_name(), color={"value": "label"}),
        ],
    )


def _band(field: str, count: int, reach: list[int] | None = None) -> Spec:
    scale: Spec = {"domain": list(range(count)), "padding": 0} | ({"range": reach} if reach else {})
    return {"field": field, "type": "ordinal", "axis": None, "scale": scale}


def _kind() -> Spec:
    return {"field": "kind", "type": "nominal", "scale": None, "legend": None}


def _name() -> Spec:
    return {"field": "name"}


def _layer(values: list[dict[str, Any]], mark: Spec, **encoding: Any) -> Spec:
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _spec(width: int, height: int, layer: list[Spec], **shared: Any) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "padding": 0,
        "autosize": {"type": "none"},
        "encoding": shared,
        "layer": layer,
        "config": {"view": {"stroke": None}, "background": None},
    }
