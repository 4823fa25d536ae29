"""The bank's 3-D Secure page: pass, fail, or leave it unanswered."""

from local.stand_in.service import Answer
from local.stripe.objects.money import amount_text
from local.stripe.objects.world import Object
from local.stripe.pages.html import markup, page

FORM = """
<p><strong>Test Bank</strong> <span class="mode">3-D SECURE</span></p>
<h1>Confirm that it is you</h1>
<p>{what}</p>
<form method="post"><button name="do" value="pass">Complete authentication</button>
<button class="other" name="do" value="fail">Fail authentication</button>
<button class="other" name="do" value="close">Leave without an answer</button></form>
"""


def show(intent: Object, leads_to: tuple[str | None, ...]) -> Answer:
    if intent["status"] != "requires_action":
        return plain("Nothing to confirm", "This request has been answered. You can close this page.")
    what = "ACME wants to save your card."
    if intent["object"] == "payment_intent":
        what = f"ACME wants {amount_text(intent['amount'], intent['currency'], 'en')} from your card."
    return page("3-D Secure – Test Bank", markup(FORM, what=what), leads_to=leads_to)


def plain(heading: str, text: str) -> Answer:
    return page(heading, markup("<h1>{heading}</h1><p>{text}</p>", heading=heading, text=text))
