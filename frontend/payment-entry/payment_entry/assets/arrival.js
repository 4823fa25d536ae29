// How the payer came here: by an order's link, back from Stripe, or by a reload of a page that showed an order. What the
// address says of it is removed at once.
const LINK = /^#order=([\w-]*)/

function takeOrderToken() {
  const found = LINK.exec(location.hash)
  if (!found) return null
  removeFromAddress({})
  return found[1]
}

function takeReturn() {
  const isBack = new URLSearchParams(location.search).has('returned')
  if (isBack) removeFromAddress({ search: '' })
  return isBack
}

function removeFromAddress({ search = location.search }) {
  history.replaceState(history.state, '', location.pathname + search)
}

let came = { token: takeOrderToken(), isBack: takeReturn(), hadOrder: Boolean(history.state?.hadOrder) }

// Whether the payer came by a link or back from Stripe, and nobody has been told yet.
export const hasArrival = () => came.token != null || came.isBack

// How the payer came, told once. `token`: of the link; an empty one is of a link cut short, null of none.
export function takeArrival() {
  const told = came
  came = { token: null, isBack: false, hadOrder: false }
  return told
}

// Notes with this entry of the tab's history that an order was shown: after its end a reload has no session to ask.
export function noteOrder() {
  if (!history.state?.hadOrder) history.replaceState({ ...history.state, hadOrder: true }, '')
}

// Calls `open` with the token when another link is opened in the same tab: then the page is not loaded anew.
export function onLink(open) {
  addEventListener('hashchange', () => {
    const other = takeOrderToken()
    if (other != null) open(other)
  })
}
