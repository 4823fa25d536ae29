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
  part.show(data, setTriggerValue)
}
