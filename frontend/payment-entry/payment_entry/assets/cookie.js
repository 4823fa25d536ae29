// The cookie that outlives a reload. The server sets or removes it in its response to a ticket.
const RETRY_MS = 3000
const TRIES = 5

let latest = null
let queue = Promise.resolve()

// A newer ticket replaces an older one and is used after it, so that no late response brings a removed cookie back.
export function useTicket(ticket) {
  latest = ticket
  queue = queue.then(() => fetchCookie(ticket))
}

// `keepalive`: a reload right after the first reply does not break the request off.
async function fetchCookie(ticket) {
  for (let tries = TRIES; tries && ticket === latest; tries -= 1) {
    if (await fetch('session', { method: 'POST', body: ticket, keepalive: true }).catch(() => null)) return
    await new Promise(resolve => setTimeout(resolve, RETRY_MS))
  }
}
