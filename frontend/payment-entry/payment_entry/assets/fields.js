// The fields of the four steps: how each looks, how it formats what is typed, and what is shown once it is sent.
import { brandOf, codeLength, digitsIn, grouped, verdict } from './card.js'

// Rewrites the field as `format` says and leaves the caret behind the same digit.
function rewrite(input, format) {
  const before = digitsIn(input.value.slice(0, input.selectionStart)).length
  const wasAtEnd = input.selectionStart === input.value.length
  const value = format(digitsIn(input.value))
  if (value === input.value) return
  input.value = value
  if (wasAtEnd) return
  let caret = 0
  for (let seen = 0; caret < value.length && seen < before; caret += 1) if (/\d/.test(value[caret])) seen += 1
  input.setSelectionRange(caret, caret)
}

// 1230, 12/2030 and 2030-12 become 12/30; a first digit above 1 can only be a month.
export function expiry(digits) {
  if (/^20\d\d(0[1-9]|1[0-2])$/.test(digits)) return `${digits.slice(4)}/${digits.slice(2, 4)}`
  if (/^(0[1-9]|1[0-2])20\d\d$/.test(digits)) return `${digits.slice(0, 2)}/${digits.slice(4)}`
  const all = /^[2-9]/.test(digits) ? `0${digits}` : digits
  return all.length < 2 ? all : `${all.slice(0, 2)}/${all.slice(2, 6)}`
}

// Shown instead of the payer's words where their masked form is not known.
export const HIDDEN = '••••'

const numeric = { inputmode: 'numeric', dir: 'ltr' }

export const fields = {
  name: {
    attributes: { autocomplete: 'cc-name', autocapitalize: 'words', maxlength: 100 },
    problem: value => (value.trim() ? null : 'empty'),
    shown: () => HIDDEN, // anything can be written into this one
  },
  card: {
    attributes: { ...numeric, autocomplete: 'cc-number', maxlength: 40 },
    edit: input => rewrite(input, grouped),
    brand: value => brandOf(digitsIn(value)).id,
    hint: value => (verdict(digitsIn(value)) === 'typo' ? 'card_typo' : null),
    problem: value => ({ incomplete: 'card_incomplete', typo: 'card_typo' })[verdict(digitsIn(value))],
    shown: (value, brands) => `${brands[brandOf(digitsIn(value)).id] ?? ''} •••• ${digitsIn(value).slice(-4)}`.trim(),
  },
  expiry: {
    attributes: { ...numeric, autocomplete: 'cc-exp', maxlength: 9, placeholder: 'MM/YY' },
    edit: (input, event) => {
      // Nothing is added while something is taken away, or the slash could not be deleted.
      if (!event.inputType?.startsWith('delete')) rewrite(input, expiry)
    },
    problem: value => (digitsIn(value).length < 3 ? 'expiry_incomplete' : null),
    shown: value => (/^(0[1-9]|1[0-2])\/\d\d$/.test(value) ? value : HIDDEN),
  },
  cvv: {
    attributes: { ...numeric, type: 'password', autocomplete: 'cc-csc' },
    adapt: (input, collected) => input.setAttribute('maxlength', codeLength(collected.brand)),
    help: collected => (codeLength(collected.brand) === 4 ? 'cvv_front' : 'cvv_back'),
    edit: input => rewrite(input, digits => digits),
    problem: (value, collected) => (digitsIn(value).length < codeLength(collected.brand) ? 'cvv_incomplete' : null),
    shown: () => '•••',
  },
}
