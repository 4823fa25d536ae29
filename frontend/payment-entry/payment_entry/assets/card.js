// What a card looks like while it is typed. The API decides; this only helps the eye.
const brands = [
  { id: 'amex', starts: /^3[47]/, lengths: [15], groups: [4, 6, 5], code: 4 },
  { id: 'diners', starts: /^(30[0-5]|3095|36|38|39)/, lengths: [14, 16, 19], groups: [4, 6, 4] },
  { id: 'jcb', starts: /^(1800|2131|35(2[89]|[3-8]))/, lengths: [16, 17, 18, 19] },
  { id: 'mastercard', starts: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { id: 'discover', starts: /^(6011|64[4-9]|65)/, lengths: [16, 19] },
  { id: 'unionpay', starts: /^(62|81)/, lengths: [16, 17, 18, 19], unchecked: true },
  { id: 'visa', starts: /^4/, lengths: [16, 18, 19] },
]
const unknown = { id: null, lengths: [12, 13, 14, 15, 16, 17, 18, 19] }

// Any script's digits as 0-9, everything else dropped.
export function digitsIn(text) {
  let digits = ''
  for (const character of text.matchAll(/\p{Nd}/gu)) {
    const code = character[0].codePointAt(0)
    let zero = code
    while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1
    digits += code - zero
  }
  return digits
}

export const brandOf = digits => brands.find(brand => brand.starts.test(digits)) ?? unknown
export const codeLength = id => brands.find(brand => brand.id === id)?.code ?? 3

export function grouped(digits) {
  const { groups = [4, 4, 4, 4, 3] } = brandOf(digits)
  const parts = []
  let rest = digits.slice(0, 19)
  for (const size of groups) {
    if (rest) parts.push(rest.slice(0, size))
    rest = rest.slice(size)
  }
  return (rest ? [...parts, rest] : parts).join(' ')
}

export function passesLuhn(digits) {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    sum += index % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

// 'incomplete' while digits are missing, 'typo' when it is long enough and does not add up, else 'good'.
export function verdict(digits) {
  const brand = brandOf(digits)
  if (digits.length < Math.min(...brand.lengths)) return 'incomplete'
  return brand.unchecked || passesLuhn(digits) ? 'good' : 'typo'
}
