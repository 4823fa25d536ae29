"""What the index page holds of the first screen: the payer can begin while Streamlit is still being loaded.

The component draws it from `data-view` into an element of its own, above Streamlit's. When Streamlit has connected it
mounts the same component, which then moves to its place with everything that was typed.
"""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

# The component's files, as Streamlit serves them: under the same address a browser runs a module once.
COMPONENT = "./_stcore/bidi-components/payment-entry.entry"
SCRIPT, STYLE = "entry.js", "entry.css"
BUNDLE = "./static/js"
# What Streamlit would ask for only once it has connected: the part of its bundle that mounts components.
LATE_CHUNK = "BidiComponent.*.js"
_IMPORT = re.compile(r'(?:from|import) ?"\./([\w.-]+\.js)"')

# What the component's style needs of Streamlit's theme, by the setting in .streamlit/config.toml.
VARIABLES = {
    "primaryColor": "--st-primary-color",
    "backgroundColor": "--st-background-color",
    "secondaryBackgroundColor": "--st-secondary-background-color",
    "textColor": "--st-text-color",
    "redColor": "--st-red-color",
    "redTextColor": "--st-red-text-color",
}


def style(theme: Mapping[str, Any], font: str) -> str:
    """The look of Streamlit's page before Streamlit is there. `font`: the address of its font.

    Raises KeyError when the theme leaves out a colour.
    """

    def colours(scheme: str) -> str:
        return "".join(f"{variable}:{theme[scheme][name]};" for name, variable in VARIABLES.items())

    return (
        f"@font-face{{font-family:'Source Sans';src:url({font})format('woff2');font-weight:200 900;font-display:swap}}"
        f"html{{font-size:{theme['baseFontSize']}px}}body{{margin:0}}"
        f"#pay-first-screen{{--st-font:'Source Sans',sans-serif;{colours('light')}"
        "position:fixed;inset:0;z-index:1;overflow:auto;background:var(--st-background-color)}"
        f"@media (prefers-color-scheme:dark){{#pay-first-screen{{color-scheme:dark;{colours('dark')}}}}}"
        "#pay-first-screen~#root{visibility:hidden}#pay-first-screen~#root .pay-head{visibility:visible}"
        "#pay-first-screen main{box-sizing:border-box;max-width:736px;margin:0 auto;padding:6rem 1rem;"
        "display:flex;flex-direction:column;gap:1rem}"
    )


def head_tags(assets: Path, style_text: str) -> str:
    """What draws the first screen."""
    others = sorted(each.name for each in assets.glob("*.js") if each.name != SCRIPT)
    return "\n    ".join(
        [
            f"<style>{style_text}</style>",
            f'<link rel="stylesheet" href="{COMPONENT}/{STYLE}" />',
            f'<script type="module" src="{COMPONENT}/{SCRIPT}"></script>',
            *(f'<link rel="modulepreload" href="{COMPONENT}/{name}" />' for name in others),
        ]
    )


def late_tags(bundle: Path, index: str) -> str:
    """What the browser may load early of LATE_CHUNK: the files of it that Streamlit's `index` does not name.

    Raises ValueError when Streamlit's bundle has no such chunk, or more than one.
    """
    wanted = [each.name for each in bundle.glob(LATE_CHUNK)]
    if len(wanted) != 1:
        raise ValueError(f"{bundle} has {len(wanted)} files {LATE_CHUNK}: look at how it mounts components")
    for name in wanted:  # grows while it is read
        text = (bundle / name).read_text(encoding="utf-8")
        wanted += [each for each in _IMPORT.findall(text) if each not in wanted and each not in index]
    return "\n    ".join(f'<link rel="modulepreload" crossorigin href="{BUNDLE}/{name}">' for name in wanted)


def element(view: str) -> str:
    """`view`: JSON of what the component is to draw."""
    return f'<div id="pay-first-screen" data-view="{escape(view)}"><main></main></div>'
