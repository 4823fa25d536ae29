"""The component's files are in `assets`: no build step, what stands there is what the browser gets."""

NAME = "payment-entry.entry"
SCRIPT = "entry.js"
STYLE = "entry.css"
