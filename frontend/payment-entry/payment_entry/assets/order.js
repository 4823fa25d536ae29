// The screens of an order: its review, the way to Stripe, the receipt, and what is said of a link that leads nowhere.
import { el, fill } from './dom.js'
import { cardLine, messageButton, row } from './parts.js'

const link = (style, url, text) => el('a', { class: style, href: url, rel: 'noreferrer' }, text)

const bdi = text => el('dd', {}, el('bdi', {}, text))

function termsRows(texts, { merchant, amountText, description }) {
  const rows = [[texts.merchant, merchant], [texts.amount, amountText], [texts.description, description]]
  return rows.filter(([, value]) => value).map(([term, value]) => row(term, bdi(value)))
}

function card(id, title, ...content) {
  return el('section', { class: 'pay-card', 'aria-labelledby': id }, el('h2', { id }, title), ...content)
}

// A card at the end of the way: its title gets the focus, and it is what is printed.
function lastCard(id, title, ...content) {
  const last = card(id, title, ...content)
  last.classList.add('pay-paper')
  last.querySelector('h2').tabIndex = -1
  return last
}

// `cardRows`: what is known of the card where the conversation takes it.
export function review(panel, { texts, order }, cardRows) {
  const isHosted = order.capture === 'hosted'
  const edits = [...(isHosted ? [] : ['change_name', 'change_card', 'change_expiry']), 'cancel']
  return [
    card('pay-review', texts.review,
      el('dl', {}, ...termsRows(texts, order), ...(isHosted ? [] : cardRows)),
      el('p', {}, fill(texts[`will_${order.purpose}`], order)),
      isHosted ? el('p', {}, texts.hosted_next) : null,
      messageButton(panel, 'pay-first pay-wide', texts.confirm),
      el('div', { class: 'pay-row' }, ...edits.map(each => messageButton(panel, 'pay-second', texts[each])))),
  ]
}

// The way to Stripe. Nothing leads there by itself.
export function action(panel, { texts, action }) {
  const { type, url } = action ?? {}
  const check = el('button', { type: 'button', class: 'pay-second pay-wide', onclick: () => panel.check.start() }, texts.recheck)
  if (!url) return [el('p', {}, texts.action_over), messageButton(panel, 'pay-first pay-wide', texts.confirm), check]
  return [
    card('pay-action', texts[`${type}_title`],
      el('p', {}, texts[`${type}_about`]),
      link('pay-first pay-wide', url, texts[`${type}_go`]),
      check),
  ]
}

export function receipt(panel, { texts, language, brands, payment, order }) {
  const rows = [[texts.reference, order.reference], [texts.date, dateOf(language, order.completedAt)], [texts.card, cardLine(brands, payment)]]
  return [
    lastCard('pay-done', texts[`done_${order.purpose}`],
      el('p', { class: 'pay-good' }, fill(texts[`did_${order.purpose}`], { ...order, amount: order.amountText })),
      el('dl', {}, ...termsRows(texts, order), ...rows.filter(([, value]) => value).map(([term, value]) => row(term, bdi(value)))),
      el('p', { class: 'pay-kept' }, order.capture === 'chat' ? texts.deleted : texts.kept_elsewhere),
      el('p', { class: 'pay-kept' }, fill(order.purpose === 'save' ? texts.kept_save : texts.kept_payment, order)),
      el('p', {}, fill(texts.questions, order))),
    el('div', { class: 'pay-row' },
      order.returnUrl ? link('pay-first', order.returnUrl, fill(texts.back_to, order)) : null,
      el('button', { type: 'button', class: 'pay-second', onclick: () => window.print() }, texts.print)),
  ]
}

function dateOf(language, time) {
  return time && new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(time))
}

// A link that leads to no conversation: the order is over, or nobody knows it.
export function linkClosed(panel, { texts, order }) {
  const known = order && texts[`link_${order.status}`]
  const about = known ? [texts.not_charged, fill(texts.ask_merchant, order)] : [texts.unknown_about]
  return [
    lastCard('pay-closed', known ?? texts.link_unknown, ...about.map(each => el('p', {}, each)),
      order?.returnUrl ? link('pay-second', order.returnUrl, fill(texts.back_to, order)) : null),
  ]
}

// A page with nothing but something to read.
export const notice = text => (panel, { texts }) => [el('p', { class: 'pay-over', tabindex: -1 }, texts[text])]
