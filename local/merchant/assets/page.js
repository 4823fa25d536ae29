// Shows new orders and events without touching the form, and not while somebody reads the details of an event.
const board = document.getElementById("board");
let shown = "";

async function refresh() {
  if (document.hidden || board.querySelector("details[open]") || board.contains(document.activeElement)) return;
  try {
    const text = await (await fetch("/board", { cache: "no-store" })).text();
    if (text !== shown) board.innerHTML = shown = text;
  } catch {
    // The stage is stopping, or starting again.
  }
}

setInterval(refresh, 1500);
