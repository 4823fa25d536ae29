// Parts that several screens have.
import { el } from './dom.js'

// A button whose text is sent as a message of the conversation.
export function messageButton(panel, style, text) {
  return el('button', { type: 'button', class: style, onclick: () => panel.send('button', text, text) }, text)
}

// A button that asks the page itself for something.
export function commandButton(panel, command, text, style = 'pay-first') {
  return el('button', { type: 'button', class: style, onclick: () => panel.request(command) }, text)
}

export function row(term, ...value) {
  return el('div', {}, el('dt', {}, term), ...value)
}

export function cardLine(brands, { brand, last4 }) {
  return `${brands[brand] ?? ''} •••• ${last4}`.trim()
}
