// Mounted twice by the page: as the head (progress, time left, cancel) and as the panel (the conversation's entry).
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
  if (part.run === data.run) return // drawn again for another reason, a change from day to night for one
  part.run = data.run
  part.show(data)
}

// When its server is away Streamlit says so in English and over everything; the panel says it in the payer's language.
new MutationObserver(() => {
  const dialog = document.querySelector('[data-testid="stDialog"]')
  if (!dialog || !parts.panel) return
  dialog.querySelector('button')?.click()
  parts.panel.lose()
}).observe(document.body, { childList: true, subtree: true })
