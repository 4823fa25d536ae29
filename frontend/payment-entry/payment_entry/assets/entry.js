// The entry. The page mounts it twice: as the head (progress, time left, cancel) and as the panel (where a payer types).
// One of each lives as long as the document, so that nothing typed is lost when Streamlit draws the page anew.
import { hasArrival } from './arrival.js'
import { Head } from './head.js'
import { Panel } from './panel.js'

const parts = {}
const kinds = { head: Head, panel: Panel }
const partOf = kind => (parts[kind] ??= new kinds[kind]())

export default function ({ data, parentElement, setTriggerValue }) {
  const part = partOf(data.part)
  if (part.root.parentElement !== parentElement) move(part.root, parentElement)
  document.documentElement.lang = data.language
  document.documentElement.dir = data.direction
  part.trigger = setTriggerValue
  if (part.runId === data.run_id) return // drawn again for another reason, for example a change of the colour scheme
  part.runId = data.run_id
  part.show(data)
}

// The first screen is there before Streamlit is. What a payer does on it is passed on once Streamlit has connected.
const first = document.getElementById('pay-first-screen')
if (first) {
  const view = JSON.parse(first.dataset.view)
  if (hasArrival()) Object.assign(view, { screen: 'arriving', step: 'arriving', has_message_line: false })
  for (const kind of Object.keys(kinds)) {
    first.firstElementChild.append(partOf(kind).root)
    parts[kind].show(view)
  }
}

// Out of the first screen into Streamlit's page. What has the focus keeps it.
function move(root, parent) {
  const focused = root.contains(document.activeElement) ? document.activeElement : null
  parent.append(root)
  if (first?.firstElementChild.childElementCount === 0) first.remove()
  focused?.focus({ preventScroll: true })
}

// When the server is away, Streamlit says so in English in a dialog; the panel says it in the payer's language instead.
new MutationObserver(() => {
  const dialog = document.querySelector('[data-testid="stDialog"]')
  if (!dialog || !parts.panel) return
  dialog.querySelector('button')?.click()
  parts.panel.showUnreachable()
}).observe(document.body, { childList: true, subtree: true })
