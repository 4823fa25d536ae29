// The panel: the screen of the step, the line to write in, and what happens between sending a message and its answer.
import { noteOrder, onLink, takeArrival } from './arrival.js'
import { Check } from './check.js'
import { useTicket } from './cookie.js'
import { el, fill, makeId } from './dom.js'
import { HIDDEN } from './fields.js'
import { commandButton } from './parts.js'
import { draw } from './screens.js'

const SLOW_MS = 5000 // until the payer is told that the message is still being worked on
const RESEND_MS = 4000 // until a message is sent once more, in case it was lost with its connection
const CONFIRM_MS = 120000 // after which a confirmation is sent again only if the payer asks for it again
const GIVE_UP_MS = 40000 // until the answer is no longer waited for
const SERVER_CHECK_MS = 2000

export class Panel {
  constructor() {
    this.pending = null // the message without an answer: {id, text, step, from, askedAt, revision, orderToken}
    this.check = new Check(this)
    this.announcer = el('div', { class: 'pay-unseen', role: 'status' })
    this.own = el('p', { class: 'pay-own' })
    this.typing = el('p', { class: 'pay-typing' })
    this.waiting = el('div', { class: 'pay-waiting', hidden: true }, this.own, this.typing)
    this.notice = el('div', { class: 'pay-notice', role: 'alert', hidden: true })
    this.screen = el('div', { class: 'pay-screen' })
    this.line = el('input', { id: 'pay-line', type: 'text', maxlength: 1000, autocomplete: 'off', enterkeyhint: 'send' })
    this.lineLabel = el('label', { for: 'pay-line' })
    this.lineSend = el('button', { type: 'submit', class: 'pay-second' })
    this.lineForm = el('form', { class: 'pay-line', novalidate: true, onsubmit: event => this.sendLine(event) },
      this.lineLabel,
      el('div', { class: 'pay-row' }, this.line, this.lineSend))
    this.root = el('div', { class: 'pay-panel' }, this.waiting, this.notice, this.check.root, this.screen, this.lineForm, this.announcer)
    onLink(token => this.openOrder(token))
    addEventListener('offline', () => this.showTrouble({ kind: 'offline' }))
    addEventListener('online', () => this.pending && this.deliver())
  }

  // Tells the page something; replaced when Streamlit mounts the panel. Before that there is nobody to tell.
  trigger() {}

  // What the server knows now. Called once for every run of the page.
  show(data) {
    const before = this.data
    if (data.screen === 'arriving' && before?.screen === 'welcome' && !data.trouble) return this.arrive() // it has connected
    this.data = data
    const kept = data.screen === before?.screen && data.refusal ? this.screen.querySelector('input')?.value : ''
    const hasResult = this.check.hasEnded(data)
    const isAnswered = this.settle() || hasResult
    if (data.screen === 'arriving' && !data.trouble) this.arrive()
    else if (this.pending && !data.trouble) this.deliver() // the connection came back, or another message was answered first
    if (data.screen !== before?.screen || (data.revision !== before.revision && data.screen !== 'welcome')) this.screen.replaceChildren(...draw(this, data, kept))
    if (!this.check.isRunning) this.showTrouble(data.trouble)
    else if (data.screen !== before?.screen) this.root.scrollIntoView({ block: 'end' })
    if (data.cookie_ticket) useTicket(data.cookie_ticket)
    if (data.order) noteOrder()
    this.lineLabel.textContent = data.texts.message
    this.lineSend.textContent = data.texts.send
    this.lineForm.hidden = !data.has_message_line
    if (!data.has_message_line) this.line.value = ''
    if (isAnswered) {
      this.announcer.textContent = data.last_reply
      this.focus()
    }
  }

  // Tells the page how the payer came, once it is there to hear it.
  arrive() {
    const { token, isBack, hadOrder } = takeArrival()
    if (token != null) this.openOrder(token)
    else if (this.pending) this.deliver()
    else if (this.check.isRunning) this.check.ask()
    else if (isBack) this.check.start()
    else this.trigger('command', { command: hadOrder ? 'reloaded' : 'arrive' })
  }

  openOrder(token) {
    const { texts, revision } = this.data
    this.forget()
    this.check.stop()
    this.screen.replaceChildren()
    this.pending = { id: makeId(), text: texts.start, step: 'none', from: 'link', orderToken: token, revision, askedAt: Date.now() }
    this.deliver()
  }

  // Once the pending message is answered, what was typed is removed, with every digit in it.
  settle() {
    const { is_live: isLive, screen, revision } = this.data
    const isOver = !isLive && !['arriving', 'welcome'].includes(screen) && revision !== this.pending?.revision
    const isAnswered = this.hasRequested || (this.pending && (isOver || this.data.answered_id === this.pending.id))
    if (this.pending && isAnswered) {
      if (this.pending.from === 'line') this.line.value = ''
      this.forget()
    }
    this.hasRequested = false
    return isAnswered
  }

  // Asks the page itself for something: `look_up` or `restart`.
  request(command) {
    this.forget()
    this.hasRequested = true
    this.trigger('command', { command })
  }

  sendLine(event) {
    event.preventDefault()
    if (this.line.value.trim()) this.send('line', this.line.value, HIDDEN)
  }

  // One message at a time. A message in trouble gives way to another, and is sent again when it is the same.
  // `from`: field, line or button. `shown`: instead of the text, whose masked form comes with the answer.
  send(from, text, shown) {
    if (this.pending && this.notice.hidden) return
    const { step, revision } = this.data
    this.check.stop()
    if (this.pending?.text !== text.trim()) this.pending = { id: makeId(), text: text.trim(), step, from, revision }
    this.pending.askedAt = Date.now()
    this.own.textContent = shown
    this.deliver()
    this.waiting.scrollIntoView({ block: 'nearest' })
  }

  // Sends the pending message, and sends it again until it is answered: the same id makes a repeat harmless.
  deliver() {
    const { texts } = this.data
    this.stopTimers()
    this.notice.hidden = true
    this.waiting.hidden = false
    this.root.setAttribute('aria-busy', 'true')
    const isLink = this.pending.from === 'link'
    this.typing.textContent = isLink ? texts.opening : texts.typing
    this.announcer.textContent = isLink ? texts.opening : texts.sending
    this.slow = setTimeout(() => (this.typing.textContent = this.announcer.textContent = texts.still_working), SLOW_MS)
    this.giveUp = setTimeout(() => this.showUnreachable(), GIVE_UP_MS)
    if (!navigator.onLine) return this.showTrouble({ kind: 'offline' })
    this.resend = setInterval(() => this.put(), RESEND_MS)
    this.put()
  }

  put() {
    const { id, text, step, from, askedAt, orderToken } = this.pending
    if (step === 'confirm' && Date.now() - askedAt > CONFIRM_MS) this.request('look_up')
    else this.trigger('send', { id, text, step, by_field: from === 'field', order_token: orderToken })
  }

  stopTimers() {
    this.serverCheck = clearInterval(this.serverCheck)
    clearTimeout(this.slow)
    clearTimeout(this.giveUp)
    clearInterval(this.resend)
    clearInterval(this.countdown)
  }

  forget() {
    this.pending = null
    this.stopTimers()
    this.waiting.hidden = true
    this.own.textContent = ''
    this.root.removeAttribute('aria-busy')
  }

  tryAgain() {
    if (!this.pending) return this.request('look_up')
    this.pending.askedAt = Date.now()
    this.deliver()
  }

  // Tells the payer why there is no answer, and offers what can be done about it.
  showTrouble(trouble) {
    this.notice.hidden = !trouble
    if (!trouble) return this.notice.replaceChildren()
    const { texts } = this.data
    this.stopTimers()
    this.typing.textContent = ''
    if (trouble.kind === 'later') this.forget() // what was typed stays in its field, for the payer to send again
    this.notice.replaceChildren(el('p', {}, texts[trouble.kind]), ...this.remedies(trouble.kind))
    if (trouble.kind === 'wait') this.count(trouble.seconds)
    else if (!this.notice.contains(document.activeElement)) this.notice.querySelector('button')?.focus()
  }

  // The buttons of a notice. Nothing can be pressed where the page goes on by itself, or has to be left alone.
  remedies(kind) {
    const { texts } = this.data
    if (['offline', 'wait', 'later'].includes(kind)) return []
    if (kind === 'moved_on') return [commandButton(this, 'look_up', texts.continue_here, 'pay-second')]
    return [el('button', { type: 'button', class: 'pay-second', onclick: () => this.tryAgain() }, texts.try_again)]
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
      if (this.pending) this.deliver()
      else this.request('look_up')
    }
    this.countdown = setInterval(tick, 250)
    tick()
  }

  // The page's own server does not answer: said once. The pending message goes on when the server is back.
  showUnreachable() {
    if (this.serverCheck) return
    this.showTrouble({ kind: 'unreachable' })
    this.serverCheck = setInterval(async () => {
      const isBack = await fetch('healthz').then(answer => answer.ok, () => false)
      if (!isBack || !this.serverCheck) return
      this.serverCheck = clearInterval(this.serverCheck)
      if (this.pending) this.deliver()
      else this.showTrouble(null)
    }, SERVER_CHECK_MS)
  }

  focus() {
    const first = this.screen.querySelector('input, .pay-first, [tabindex]') ?? this.line
    first.focus({ preventScroll: true })
    this.root.scrollIntoView({ block: 'end' })
  }
}
