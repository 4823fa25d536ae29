// The entry: one screen per step, the line to write in, and what happens between sending and the answer.
import { el, fill, makeId } from './dom.js'
import { UNSEEN, fields } from './fields.js'

const SLOW = 5000 // ms until we say that it is still being worked on
const AGAIN = 4000 // ms after which what is under way is sent once more, should the connection have been lost with it
const LATE = 120000 // ms after which a confirmation is not sent any more unless the payer asks for it again
const SILENT = 40000 // ms after which the answer is not waited for any longer

export class Panel {
  constructor() {
    this.sent = null // the message under way: {id, text, step, from, asked}
    this.said = el('div', { class: 'pay-unseen', role: 'status' })
    this.own = el('p', { class: 'pay-own' })
    this.typing = el('p', { class: 'pay-typing' })
    this.waiting = el('div', { class: 'pay-waiting', hidden: true }, this.own, this.typing)
    this.notice = el('div', { class: 'pay-notice', role: 'alert', hidden: true })
    this.screen = el('div', { class: 'pay-screen' })
    this.line = el('input', { id: 'pay-line', type: 'text', maxlength: 1000, autocomplete: 'off', enterkeyhint: 'send' })
    this.lineLabel = el('label', { for: 'pay-line' })
    this.lineSend = el('button', { type: 'submit', class: 'pay-second' })
    this.write = el(
      'form',
      { class: 'pay-line', novalidate: true, onsubmit: event => this.sendLine(event) },
      this.lineLabel,
      el('div', { class: 'pay-row' }, this.line, this.lineSend),
    )
    this.root = el('div', { class: 'pay-panel' }, this.waiting, this.notice, this.screen, this.write, this.said)
    addEventListener('offline', () => this.warn({ kind: 'offline' }))
    addEventListener('online', () => this.sent && this.deliver())
  }

  // What the server knows now. Called once for every run of the page.
  show(data) {
    const before = this.data
    this.data = data
    const kept = data.screen === before?.screen && data.refusal ? this.screen.querySelector('input')?.value : ''
    const answered = this.settle()
    if (this.sent && !data.trouble) this.deliver() // the connection came back, or another message was answered first
    if (!before || data.screen !== before.screen || data.turn !== before.turn) this.draw(kept)
    this.warn(data.trouble)
    if (data.cookie) this.fetchCookie(data.cookie)
    this.lineLabel.textContent = data.texts.message
    this.lineSend.textContent = data.texts.send
    this.write.hidden = !data.chat
    if (!data.chat) this.line.value = ''
    if (answered) {
      this.said.textContent = data.said
      this.focus()
    }
  }

  // Is the message under way answered? Then what was typed goes, with every digit in it.
  settle() {
    const over = !this.data.live && this.data.screen !== 'welcome'
    const answered = this.acted || (this.sent && (over || this.data.answered === this.sent.id))
    if (this.sent && answered) {
      if (this.sent.from === 'line') this.line.value = ''
      this.drop()
    }
    this.acted = false
    return answered
  }

  // `kept`: a refused value, to be put right; a security code is typed anew.
  draw(kept) {
    const { screen, texts } = this.data
    this.screen.replaceChildren(...(fields[screen] ? [this.form(screen, kept)] : (this[screen]?.(texts) ?? [])))
  }

  form(name, kept) {
    const { texts, brands, collected, refusal } = this.data
    const field = fields[name]
    const input = el('input', { id: 'pay-field', type: 'text', ...field.attributes, 'aria-describedby': 'pay-help pay-error' })
    field.adapt?.(input, collected)
    if (kept && name !== 'cvv') input.value = kept
    const brand = el('span', { class: 'pay-brand' })
    const help = el('p', { id: 'pay-help', class: 'pay-help' })
    const error = el('p', { id: 'pay-error', class: 'pay-error' })
    const helpText = texts[field.help?.(collected) ?? `${name}_help`] ?? ''
    const mark = text => {
      error.textContent = text ?? ''
      text ? input.setAttribute('aria-invalid', 'true') : input.removeAttribute('aria-invalid')
      if (text) help.textContent = helpText // the hint would say the same twice
    }
    const look = () => {
      brand.textContent = brands[field.brand?.(input.value)] ?? ''
      help.textContent = texts[field.hint?.(input.value)] ?? helpText
    }
    input.addEventListener('input', event => {
      field.edit?.(input, event)
      mark(null)
      look()
    })
    look()
    mark(refusal)
    return el(
      'form',
      {
        class: 'pay-form',
        novalidate: true,
        onsubmit: event => {
          event.preventDefault()
          const problem = field.problem(input.value, collected)
          if (!problem) return this.send('field', input.value, field.shown(input.value, brands))
          mark(texts[problem] ?? texts.empty)
          input.focus()
        },
      },
      el('label', { for: 'pay-field' }, texts[name]),
      help,
      error,
      el('div', { class: 'pay-row' },
        el('span', { class: 'pay-box', dir: field.attributes.dir }, input, brand),
        el('button', { type: 'submit', class: 'pay-first' }, texts.next)),
    )
  }

  welcome(texts) {
    return [
      el('p', {}, texts.intro),
      el('ol', { class: 'pay-asked' }, ...Object.keys(fields).map(each => el('li', {}, texts[each]))),
      el('p', { class: 'pay-kept' }, texts.kept),
      this.button('pay-first pay-wide', texts.start),
    ]
  }

  confirm(texts) {
    const { name, expiry } = this.data.collected
    const rows = [
      [texts.name, name],
      [texts.card, this.cardLine(this.data.collected)],
      [texts.expiry, expiry],
      [texts.cvv, '•••'],
    ]
    return [
      el('section', { class: 'pay-card', 'aria-labelledby': 'pay-review' },
        el('h2', { id: 'pay-review' }, texts.review),
        el('dl', {}, ...rows.map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, el('bdi', {}, value))))),
        this.button('pay-first pay-wide', texts.confirm),
        el('div', { class: 'pay-row' },
          ...['change_name', 'change_card', 'change_expiry', 'cancel'].map(each => this.button('pay-second', texts[each])))),
    ]
  }

  cardLine({ brand, last4 }) {
    return `${this.data.brands[brand] ?? ''} •••• ${last4}`.trim()
  }

  receipt(texts) {
    const { payment } = this.data
    const code = el('code', { id: 'pay-token', tabindex: 0, dir: 'ltr' }, payment.token)
    const copy = el('button', { type: 'button', class: 'pay-second', onclick: () => this.copy(code, copy) }, texts.copy)
    return [
      el('section', { class: 'pay-card', 'aria-labelledby': 'pay-done' },
        el('h2', { id: 'pay-done', tabindex: -1 }, texts.done),
        el('dl', {},
          el('div', {}, el('dt', {}, texts.card), el('dd', {}, el('bdi', {}, this.cardLine(payment)))),
          el('div', {}, el('dt', {}, texts.token), el('dd', { class: 'pay-row' }, code, copy))),
        el('p', { class: 'pay-good' }, texts.deleted)),
      this.act('restart', texts.start_again, 'pay-second'),
    ]
  }

  expired(texts) {
    return [el('p', { class: 'pay-over', tabindex: -1 }, texts.expired), this.act('restart', texts.start_again)]
  }

  closed(texts) {
    return [this.act('restart', texts.start_again)]
  }

  // A button that says something in the conversation.
  button(style, text) {
    return el('button', { type: 'button', class: style, onclick: () => this.send('button', text, text) }, text)
  }

  // A button that asks the page itself for something.
  act(act, text, style = 'pay-first') {
    return el('button', { type: 'button', class: style, onclick: () => this.ask(act) }, text)
  }

  ask(act) {
    this.drop()
    this.acted = true
    this.trigger('act', { act })
  }

  sendLine(event) {
    event.preventDefault()
    if (this.line.value.trim()) this.send('line', this.line.value, UNSEEN)
  }

  // One message at a time. One that is stuck gives way to another, and is sent again when it is the same.
  // `from`: field, line or button. `shown`: no words of the payer's, whose masked form comes with the answer.
  send(from, text, shown) {
    if (this.sent && this.notice.hidden) return
    const { step } = this.data
    if (this.sent?.text !== text.trim()) this.sent = { id: makeId(), text: text.trim(), step, from }
    this.sent.asked = Date.now()
    this.own.textContent = shown
    this.deliver()
    this.waiting.scrollIntoView({ block: 'nearest' })
  }

  // Sends what is under way, again if need be: the same id makes a repeat harmless.
  deliver() {
    const { texts } = this.data
    this.stop()
    this.notice.hidden = true
    this.waiting.hidden = false
    this.root.setAttribute('aria-busy', 'true')
    this.typing.textContent = texts.typing
    this.said.textContent = texts.sending
    this.slow = setTimeout(() => (this.typing.textContent = this.said.textContent = texts.still_working), SLOW)
    this.silent = setTimeout(() => this.lose(), SILENT)
    if (!navigator.onLine) return this.warn({ kind: 'offline' })
    const { id, text, step, from } = this.sent
    const isLate = () => step === 'confirm' && Date.now() - this.sent.asked > LATE
    const put = () => (isLate() ? this.ask('look') : this.trigger('send', { id, text, step, by_field: from === 'field' }))
    this.again = setInterval(put, AGAIN)
    put()
  }

  stop() {
    this.lost = clearInterval(this.lost)
    clearTimeout(this.slow)
    clearTimeout(this.silent)
    clearInterval(this.again)
    clearInterval(this.countdown)
  }

  rest() {
    this.stop()
    this.waiting.hidden = true
    this.own.textContent = ''
    this.root.removeAttribute('aria-busy')
  }

  drop() {
    this.sent = null
    this.rest()
  }

  tryAgain() {
    if (!this.sent) return this.ask('look')
    this.sent.asked = Date.now()
    this.deliver()
  }

  // Something stands in the way of the message under way, or of the whole conversation.
  warn(trouble) {
    this.notice.hidden = !trouble
    if (!trouble) return this.notice.replaceChildren()
    const { texts } = this.data
    this.stop()
    this.typing.textContent = ''
    if (trouble.kind === 'later') this.drop() // what was typed stays where it was typed, for the payer to send again
    const again = el('button', { type: 'button', class: 'pay-second', onclick: () => this.tryAgain() }, texts.try_again)
    const here = el('button', { type: 'button', class: 'pay-second', onclick: () => this.ask('look') }, texts.continue_here)
    const action = { moved_on: here, offline: null, wait: null, later: null }[trouble.kind]
    const text = el('p', {}, texts[trouble.kind])
    this.notice.replaceChildren(text, ...(action === undefined ? [again] : action ? [action] : []))
    if (trouble.kind === 'wait') this.count(trouble.seconds)
    else if (action !== null && this.notice.contains(document.activeElement) === false) this.notice.querySelector('button').focus()
  }

  count(seconds) {
    const { texts } = this.data
    const left = el('p', { class: 'pay-count', 'aria-hidden': 'true' })
    this.notice.append(left)
    const until = Date.now() + seconds * 1000
    const tick = () => {
      const rest = Math.ceil((until - Date.now()) / 1000)
      left.textContent = fill(texts.again_in, { seconds: Math.max(0, rest) })
      if (rest > 0) return
      clearInterval(this.countdown)
      if (this.sent) this.deliver()
      else this.ask('look')
    }
    this.countdown = setInterval(tick, 250)
    tick()
  }

  // The page's own server is away: said once, and what is under way goes on by itself when it is back.
  lose() {
    if (this.lost) return
    this.warn({ kind: 'unreachable' })
    this.lost = setInterval(async () => {
      const back = await fetch('healthz').then(answer => answer.ok, () => false)
      if (!back || !this.lost) return
      this.lost = clearInterval(this.lost)
      if (this.sent) this.deliver()
      else this.warn(null)
    }, 2000)
  }

  // The ticket is good for one fetch of the cookie that outlives a reload.
  async fetchCookie(ticket, tries = 5) {
    const done = await fetch('session', { method: 'POST', body: ticket }).catch(() => null)
    if (!done && tries > 1) setTimeout(() => this.fetchCookie(ticket, tries - 1), 3000)
  }

  async copy(code, button) {
    const { texts } = this.data
    try {
      await navigator.clipboard.writeText(code.textContent)
      button.textContent = this.said.textContent = texts.copied
    } catch {
      getSelection().selectAllChildren(code) // no clipboard on a page without https: ready for the person's own copy
    }
  }

  focus() {
    const first = this.screen.querySelector('input, .pay-first, [tabindex]') ?? this.line
    first.focus({ preventScroll: true })
    this.root.scrollIntoView({ block: 'end' })
  }
}
