// The head of the page: progress, the time left, and the cancel button.
import { clock, el, fill, makeId } from './dom.js'

const LOOK_UP_MS = 10000 // between two questions whether the session is really over
const FREE_PX = 96 // what Streamlit leaves free above a page
const SOON_SECONDS = 300 // from here on the time is shown to the second, and each minute is announced

export class Head {
  constructor() {
    this.title = el('h1', { class: 'pay-title' })
    this.time = el('span', { class: 'pay-time' })
    this.warning = el('span', { class: 'pay-unseen', role: 'status' })
    this.leave = el('button', { type: 'button', class: 'pay-plain', onclick: () => this.ask() })
    this.amount = el('strong', {})
    this.purpose = el('span', {})
    this.description = el('p', { class: 'pay-description', dir: 'auto' })
    this.order = el('div', { class: 'pay-order', hidden: true }, el('p', {}, this.amount, this.purpose), this.description)
    this.steps = el('ol', { class: 'pay-steps' })
    this.sure = el('div', { class: 'pay-sure', role: 'group', hidden: true })
    this.bar = el(
      'div',
      { class: 'pay-head' },
      el('div', { class: 'pay-bar' }, this.title, this.time, this.leave, this.warning),
      this.order,
      this.steps,
      this.sure,
    )
    this.root = el('div', { class: 'pay-top' }, this.bar)
    new ResizeObserver(() => this.makeRoom()).observe(this.bar)
    setInterval(() => this.tick(), 1000)
  }

  // Replaced when Streamlit mounts the head.
  trigger() {}

  show(data) {
    const { texts } = data
    Object.assign(this, { data, askedAt: 0 })
    this.title.textContent = data.order?.merchant ?? texts.title
    this.showOrder(data)
    this.leave.textContent = texts.cancel
    this.leave.hidden = !data.is_live
    this.sure.hidden = true
    this.deadline = data.seconds_left == null ? null : Date.now() + data.seconds_left * 1000
    this.steps.setAttribute('aria-label', fill(texts.step_of, { n: (data.current ?? 0) + 1, total: data.steps.length }))
    this.steps.hidden = data.current == null
    this.steps.replaceChildren(
      ...data.steps.map((label, index) =>
        el('li', {
          class: index < data.current ? 'pay-past' : index === data.current ? 'pay-now' : '',
          'aria-current': index === data.current && 'step',
        }, el('span', {}, label)),
      ),
    )
    this.tick()
  }

  // What is asked for stays in sight, whatever is said below it.
  showOrder({ order, texts, screen }) {
    this.order.hidden = !order?.purpose || ['receipt', 'order_closed'].includes(screen)
    if (this.order.hidden) return
    this.amount.textContent = order.amountText ?? ''
    this.purpose.textContent = texts[`now_${order.purpose}`]
    this.description.textContent = order.description
  }

  // The bar is out of the flow: what comes below it begins where it ends.
  makeRoom() {
    const height = this.bar.offsetHeight
    document.documentElement.style.setProperty('--pay-head-height', `${height}px`)
    this.root.style.height = `${Math.max(0, height - FREE_PX)}px`
  }

  tick() {
    if (!this.data) return
    const left = this.deadline && Math.max(0, Math.ceil((this.deadline - Date.now()) / 1000))
    this.time.hidden = left == null
    if (left == null) return
    const { texts } = this.data
    const soon = left <= SOON_SECONDS
    this.time.textContent = soon
      ? fill(texts.time_left, { time: clock(left) })
      : fill(texts.minutes_left, { minutes: Math.ceil(left / 60) })
    this.time.classList.toggle('pay-soon', soon)
    if (soon) this.warning.textContent = fill(texts.minutes_left, { minutes: Math.max(1, Math.ceil(left / 60)) })
    if (left === 0 && Date.now() - this.askedAt > LOOK_UP_MS) {
      this.askedAt = Date.now()
      this.trigger('command', { command: this.data.screen === 'action' ? 'refresh' : 'look_up' })
    }
  }

  ask() {
    const { texts } = this.data
    const keep = el('button', { type: 'button', class: 'pay-second', onclick: () => this.stay() }, texts.keep_going)
    const cancel = el('button', { type: 'button', class: 'pay-danger', onclick: () => this.cancel() }, texts.cancel_yes)
    this.sure.replaceChildren(el('p', { id: 'pay-sure' }, texts.cancel_sure), keep, cancel)
    this.sure.setAttribute('aria-labelledby', 'pay-sure')
    this.sure.hidden = false
    keep.focus()
  }

  stay() {
    this.sure.hidden = true
    this.leave.focus()
  }

  cancel() {
    this.sure.hidden = true
    this.trigger('send', { id: makeId(), text: this.data.texts.cancel, step: null, by_field: false })
  }
}
