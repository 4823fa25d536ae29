// The entry. The page mounts it twice: as the head (progress, time left, cancel) and as the panel (where a payer types).
// One of each lives as long as the document, so that nothing typed is lost when Streamlit draws the page anew.
import { Head } from './head.js'
import { Panel } from './panel.js'

const parts = {}
const kinds = { head: Head, panel: Panel }

export default function ({ data, parentElement, setTriggerValue }) {
  const part = (parts[data.part] ??= new kinds[data.part]())
  if (part.root.parentElement !== parentElement) parentElement.append(part.root)
  document.documentElement.lang = data.language
  document.documentElement.dir = data.direction
  part.trigger = setTriggerValue
  if (part.runId === data.run_id) return // drawn again for another reason, for example a change of the colour scheme
  part.runId = data.run_id
  part.show(data)
}

// When the server is away, Streamlit says so in English in a dialog; the panel says it in the payer's language instead.
new MutationObserver(() => {
  const dialog = document.querySelector('[data-testid="stDialog"]')
  if (!dialog || !parts.panel) return
  dialog.querySelector('button')?.click()
  parts.panel.showUnreachable()
}).observe(document.body, { childList: true, subtree: true })
