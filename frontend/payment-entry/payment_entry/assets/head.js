// The head of the page: progress, the time left, and the cancel button.
import { clock, el, fill, makeId } from './dom.js'

const LOOK_UP_MS = 10000 // between two questions whether the session is really over
const SOON_SECONDS = 300 // from here on the time is shown to the second, and each minute is announced

export class Head {
  constructor() {
    this.title = el('h1', { class: 'pay-title' })
    this.time = el('span', { class: 'pay-time' })
    this.warning = el('span', { class: 'pay-unseen', role: 'status' })
    this.leave = el('button', { type: 'button', class: 'pay-plain', onclick: () => this.ask() })
    this.steps = el('ol', { class: 'pay-steps' })
    this.sure = el('div', { class: 'pay-sure', role: 'group', hidden: true })
    this.root = el(
      'div',
      { class: 'pay-head' },
      el('div', { class: 'pay-bar' }, this.title, this.time, this.leave, this.warning),
      this.steps,
      this.sure,
    )
    setInterval(() => this.tick(), 1000)
  }

  show(data) {
    const { texts } = data
    Object.assign(this, { data, askedAt: 0 })
    this.title.textContent = texts.title
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
      this.trigger('command', { command: 'look_up' })
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
