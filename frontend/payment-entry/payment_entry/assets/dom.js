// el('p', {class: 'x'}, 'text', child): one element; a property that starts with "on" is a listener.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child != null))
  return element
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

// Letters only: an id may not hold a long run of digits.
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return Array.from(bytes, byte => String.fromCharCode(97 + (byte % 26))).join('')
}

export const clock = seconds => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
