// <a data-payment-chat href="{link of an order}">Pay 49.90 €</a>: makes it a button that leads the whole window to the
// payment. A link that cannot be one of ours is switched off. Nothing is loaded, stored or sent.
(() => {
  "use strict";
  const SELECTOR = "a[data-payment-chat]";
  const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

  // :where() has no weight, so that the page's own rules win.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :where(${SELECTOR}) { display: inline-flex; align-items: center; justify-content: center; box-sizing: border-box;
      min-height: 2.75rem; min-width: 2.75rem; padding: .5rem 1.25rem; border: 2px solid transparent;
      border-radius: .5rem; background: #14532d; color: #fff; font: inherit; font-weight: 600; text-decoration: none;
      cursor: pointer }
    :where(${SELECTOR}):focus-visible { outline: 3px solid #1d4ed8; outline-offset: 3px; box-shadow: 0 0 0 3px #fff }
    :where(${SELECTOR}[aria-disabled=true]) { background: #595959; cursor: not-allowed }
    @media (forced-colors: active) { :where(${SELECTOR}) { border-color: ButtonText } }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  const isPaymentLink = (href) => {
    try {
      const url = new URL(href);
      const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
      return isSafe && !url.username && !url.password && /^#order=[\w-]+$/.test(url.hash);
    } catch {
      return false;
    }
  };

  const prepare = (link) => {
    const isGood = isPaymentLink(link.getAttribute("href"));
    link.setAttribute("role", "button");
    link.tabIndex = 0;
    link.target = "_top"; // the payment page refuses to be framed
    link.rel = "noreferrer";
    if (isGood) link.removeAttribute("aria-disabled");
    else link.setAttribute("aria-disabled", "true");
    if (!isGood) console.error("payment-chat: the href of a button is no payment link");
  };

  const linkOf = (event) => event.target instanceof Element && event.target.closest(SELECTOR);

  for (const kind of ["click", "auxclick"]) {
    addEventListener(kind, (event) => {
      const link = linkOf(event);
      if (link && !isPaymentLink(link.getAttribute("href"))) event.preventDefault();
    }, true);
  }
  addEventListener("keydown", (event) => {
    const link = linkOf(event);
    if (!link || event.key !== " ") return;
    event.preventDefault(); // a button answers to the space bar, which would scroll
    if (!event.repeat) link.click();
  });

  const prepareAll = () => document.querySelectorAll(SELECTOR).forEach(prepare);
  new MutationObserver(prepareAll).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["href", "data-payment-chat"],
  });
  prepareAll();
})();
