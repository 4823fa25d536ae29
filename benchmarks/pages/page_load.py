"""The part of the report about tabs at one page process."""

from typing import Any

from benchmarks.pages.table import table


def page_load(found: dict[str, Any]) -> str:
    levels = found["levels"]
    best = max(each["conversations_per_second"] for each in levels)
    rows = [
        [
            f"{each['tabs']:.0f}",
            f"{each['p50'] * 1000:.0f}",
            f"{each['p95'] * 1000:.0f}",
            f"{each['conversations_per_second']:.1f}",
        ]
        for each in levels
    ]
    return (
        "## Tabs at one page process\n\nTabs pay without a pause, by the page's own web socket, against `make stage`: "
        "page, emulator, function and\ntabs share the cores. A payer who needs ten seconds a turn counts for a tenth "
        "of such a tab or less. The last row\nis the first at which a turn's p95 passes a second.\n\n"
        + table(["tabs in conversation", "turn p50 ms", "turn p95 ms", "conversations a second"], rows)
        + f"\n\nAt most {best:.1f} conversations a second. An open tab takes {found['tab_kilobytes']:.0f} KB of the "
        + f"page's process, which had {found['process_megabytes']:.0f} MB at the end."
    )
