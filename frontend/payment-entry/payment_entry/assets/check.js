// Asks where the payment stands at Stripe: at once, and then every few seconds for a minute.
import { el } from './dom.js'

const EVERY_MS = 5000
const FOR_MS = 60000

export class Check {
  constructor(panel) {
    this.panel = panel
    this.root = el('p', { class: 'pay-check', tabindex: -1, hidden: true })
  }

  get isRunning() {
    return this.timer !== undefined
  }

  start() {
    this.stop()
    this.until = Date.now() + FOR_MS
    this.timer = setInterval(() => this.next(), EVERY_MS)
    this.tell(this.panel.data.texts.checking)
    this.root.classList.add('pay-busy')
    this.ask()
  }

  // The page may have been drawn for the first time, so that it does not know yet which payment it is.
  ask() {
    this.panel.trigger('command', { command: this.panel.data.screen === 'arriving' ? 'returned' : 'refresh' })
  }

  next() {
    if (Date.now() < this.until) return this.ask()
    this.stop()
    this.tell(this.panel.data.texts.no_result)
    this.panel.showTrouble(this.panel.data.trouble)
  }

  tell(text) {
    this.root.hidden = false
    this.root.textContent = this.panel.announcer.textContent = text
  }

  stop() {
    this.timer = clearInterval(this.timer)
    this.root.classList.remove('pay-busy')
    this.root.hidden = true
  }

  // Whether the page that was drawn now has the result that was waited for.
  hasEnded({ screen }) {
    if (['arriving', 'action'].includes(screen)) return false
    const wasRunning = this.isRunning
    this.stop()
    return wasRunning
  }
}
