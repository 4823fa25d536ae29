// What the panel shows for each screen of the conversation. `panel` sends messages and commands.
import { el } from './dom.js'
import { fields } from './fields.js'
import * as order from './order.js'
import { cardLine, commandButton, messageButton, row } from './parts.js'

function welcome(panel, { texts }) {
  return [
    el('p', {}, texts.intro),
    el('ol', { class: 'pay-asked' }, ...Object.keys(fields).map(each => el('li', {}, texts[each]))),
    el('p', { class: 'pay-kept' }, texts.kept),
    messageButton(panel, 'pay-first pay-wide', texts.start),
  ]
}

function confirm(panel, data) {
  const { texts, brands, collected } = data
  const rows = [
    [texts.name, collected.name],
    [texts.card, cardLine(brands, collected)],
    [texts.expiry, collected.expiry],
    [texts.cvv, '•••'],
  ].map(([term, value]) => row(term, el('dd', {}, el('bdi', {}, value))))
  if (data.order) return order.review(panel, data, rows)
  return [
    el('section', { class: 'pay-card', 'aria-labelledby': 'pay-review' },
      el('h2', { id: 'pay-review' }, texts.review),
      el('dl', {}, ...rows),
      messageButton(panel, 'pay-first pay-wide', texts.confirm),
      el('div', { class: 'pay-row' },
        ...['change_name', 'change_card', 'change_expiry', 'cancel'].map(each => messageButton(panel, 'pay-second', texts[each])))),
  ]
}

function receipt(panel, data) {
  if (data.order) return order.receipt(panel, data)
  const { texts, brands, payment } = data
  const code = el('code', { id: 'pay-token', tabindex: 0, dir: 'ltr' }, payment.token)
  const copy = el('button', { type: 'button', class: 'pay-second', onclick: () => copyToken(panel, code, copy) }, texts.copy)
  return [
    el('section', { class: 'pay-card', 'aria-labelledby': 'pay-done' },
      el('h2', { id: 'pay-done', tabindex: -1 }, texts.done),
      el('dl', {},
        row(texts.card, el('dd', {}, el('bdi', {}, cardLine(brands, payment)))),
        row(texts.token, el('dd', { class: 'pay-row' }, code, copy))),
      el('p', { class: 'pay-good' }, texts.deleted)),
    commandButton(panel, 'restart', texts.start_again, 'pay-second'),
  ]
}

async function copyToken(panel, code, button) {
  const { texts } = panel.data
  try {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = panel.announcer.textContent = texts.copied
  } catch {
    getSelection().selectAllChildren(code) // no clipboard on a page without https: the payer can copy the selection
  }
}

function expired(panel, data) {
  return [el('p', { class: 'pay-over', tabindex: -1 }, data.texts.expired), ...closed(panel, data)]
}

function closed(panel, data) {
  if (data.order) return order.notice('reopen')(panel, data)
  return [commandButton(panel, 'restart', data.texts.start_again)]
}

// The form for one value. `kept`: a refused value, to be corrected; a security code is typed anew.
function form(panel, data, kept) {
  const { texts, brands, collected, refusal, screen: name } = data
  const field = fields[name]
  const input = el('input', { id: 'pay-field', type: 'text', ...field.attributes, 'aria-describedby': 'pay-help pay-error' })
  field.adapt?.(input, collected)
  if (kept && name !== 'cvv') input.value = kept
  const brand = el('span', { class: 'pay-brand' })
  const help = el('p', { id: 'pay-help', class: 'pay-help' })
  const error = el('p', { id: 'pay-error', class: 'pay-error' })
  const helpText = texts[field.help?.(collected) ?? `${name}_help`] ?? ''
  const showError = text => {
    error.textContent = text ?? ''
    text ? input.setAttribute('aria-invalid', 'true') : input.removeAttribute('aria-invalid')
    if (text) help.textContent = helpText // the hint would say the same twice
  }
  const showHint = () => {
    brand.textContent = brands[field.brand?.(input.value)] ?? ''
    help.textContent = texts[field.hint?.(input.value)] ?? helpText
  }
  const submit = event => {
    event.preventDefault()
    const problem = field.problem(input.value, collected)
    if (!problem) return panel.send('field', input.value, field.shown(input.value, brands))
    showError(texts[problem] ?? texts.empty)
    input.focus()
  }
  input.addEventListener('input', event => {
    field.edit?.(input, event)
    showError(null)
    showHint()
  })
  showHint()
  showError(refusal)
  return [
    el('form', { class: 'pay-form', novalidate: true, onsubmit: submit },
      el('label', { for: 'pay-field' }, texts[name]),
      help,
      error,
      el('div', { class: 'pay-row' },
        el('span', { class: 'pay-box', dir: field.attributes.dir }, input, brand),
        el('button', { type: 'submit', class: 'pay-first' }, texts.next))),
  ]
}

const screens = {
  welcome,
  confirm,
  receipt,
  expired,
  closed,
  action: order.action,
  order_closed: order.linkClosed,
  needs_link: order.notice('needs_link'),
  lost: order.notice('lost'),
}

export function draw(panel, data, kept) {
  return (fields[data.screen] ? form : (screens[data.screen] ?? (() => [])))(panel, data, kept)
}
