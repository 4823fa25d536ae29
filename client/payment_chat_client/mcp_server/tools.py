"""The tools, as the model sees them: names, arguments and docstrings are its documentation."""

# Annotations are read when a tool is registered, so they are not postponed here.
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from payment_chat_client.amounts import amount_text, parse_amount
from payment_chat_client.errors import PaymentChatError, Refused, Unreachable
from payment_chat_client.mcp_server.answers import PaymentRequest, answer_from
from payment_chat_client.mcp_server.ledger import Ledger
from payment_chat_client.mcp_server.limits import LimitExceeded, Limits
from payment_chat_client.order import CreatedOrder, OrderRequest, Purpose
from payment_chat_client.orders import AsyncOrders
from payment_chat_client.stages import Stage


@dataclass(frozen=True)
class Desk:
    """What the tools work with."""

    stage: Stage
    orders: AsyncOrders
    limits: Limits
    ledger: Ledger
    today: Callable[[], date]


Call = Context[Desk, object]
OrderId = Annotated[str, Field(description="ord_…, from create_payment_request")]
Amount = Annotated[
    int | None,
    Field(ge=1, description="In the currency's smallest unit: 4990 for 49.90 EUR, 500 for 500 JPY. None for `save`."),
]
Currency = Annotated[str | None, Field(pattern="^[a-z]{3}$", description="ISO code, lower case. None for `save`.")]


class Agreement(BaseModel):
    """The answer of the person at the client."""

    agreed: bool = Field(description="Ask the payer for this?")


def ask_the_person(
    ctx: Call, amount: Amount, currency: Currency, description: str, purpose: Purpose
) -> Agreement | Elicit[Agreement]:
    """The person's consent, where the client can ask for it; elsewhere the client's own approval of the call counts."""
    desk = desk_of(ctx)
    if amount is not None and currency is not None:
        try:
            desk.limits.check_request(amount, currency)
        except LimitExceeded as error:
            raise ToolError(str(error)) from None
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        return Agreement(agreed=True)
    what = amount_text(amount, currency) or "a card to keep, with nothing charged now"
    merchant = f" for {desk.stage.merchant}" if desk.stage.merchant else ""
    return Elicit(f"Ask the payer{merchant} for {what} ({purpose}): {description}?", Agreement)


async def create_payment_request(
    ctx: Call,
    *,
    agreement: Annotated[Agreement, Resolve(ask_the_person)],
    reference: Annotated[
        str,
        Field(description="Your own id of it, such as INV-1042. The same one with the same rest: the same request."),
    ],
    description: Annotated[
        str, Field(description="What the payer pays for; 1 to 200 characters that the payer reads.")
    ],
    amount: Amount = None,
    currency: Currency = None,
    amount_shown: Annotated[
        str | None, Field(description="The amount as you showed it to the person, such as 49.90 EUR; checked.")
    ] = None,
    purpose: Annotated[
        Purpose, Field(description="charge: take the money. authorize: hold it. save: keep the card, charge nothing.")
    ] = "charge",
    customer: Annotated[str | None, Field(description="An existing Stripe customer, cus_…")] = None,
    email: Annotated[str | None, Field(description="The payer's address, for the receipt.")] = None,
    locale: Annotated[str | None, Field(description="The payer's language: en, de, ar …")] = None,
    expires_in: Annotated[int | None, Field(description="Seconds until the link ends; a day unless told.")] = None,
) -> PaymentRequest:
    """Ask a payer for a payment: returns a link for the payer.

    Show the person you work for the amount, as amount_shown would say it, and the description, before you call this.
    Never ask anybody for card data: the payer enters it on the page behind the link, and you never see it.
    """
    if not agreement.agreed:
        raise ToolError("Nothing was created: the person did not agree. Ask what to change.")
    check_amount_shown(amount_shown, amount, currency)
    request = OrderRequest(
        reference=reference,
        description=description,
        amount=amount,
        currency=currency,
        purpose=purpose,
        customer=customer,
        email=email,
        locale=locale,
        expires_in=expires_in,
    )
    try:
        return answer_from(await create_within_limits(desk_of(ctx), request))
    except (PaymentChatError, LimitExceeded) as error:
        raise explained(error) from None


async def get_payment_request(ctx: Call, order_id: OrderId) -> PaymentRequest:
    """Where a payment request stands: whether the payer has paid, and with which brand and last four digits."""
    try:
        return answer_from(await desk_of(ctx).orders.get(order_id))
    except (PaymentChatError, ValueError) as error:
        raise explained(error) from None


async def cancel_payment_request(ctx: Call, order_id: OrderId) -> PaymentRequest:
    """Cancel a payment request: its link stops working for good. A paid one cannot be cancelled, nor refunded here."""
    try:
        return answer_from(await desk_of(ctx).orders.cancel(order_id))
    except (PaymentChatError, ValueError) as error:
        raise explained(error) from None


async def create_within_limits(desk: Desk, request: OrderRequest) -> CreatedOrder:
    """Counts the request before it is made, and no more when the API refuses it. Raises LimitExceeded."""
    amount, currency = request.get("amount"), request.get("currency")
    if amount is None or currency is None:
        return await desk.orders.create(**request)
    desk.limits.check_request(amount, currency)
    counted = (desk.today().isoformat(), request["reference"], currency, amount)
    is_new = desk.ledger.reserve(*counted, lambda asked: desk.limits.check_day(amount, currency, asked))
    try:
        return await desk.orders.create(**request)
    except Refused as error:
        if is_new and error.status < 500:  # after a 5xx it may exist nevertheless
            desk.ledger.release(*counted)
        raise


def check_amount_shown(shown: str | None, amount: int | None, currency: str | None) -> None:
    """Raises ToolError when the person saw another amount than is asked for: a factor of a hundred is soon made."""
    if shown is None:
        return
    try:
        agrees = parse_amount(shown) == (amount, currency)
    except ValueError:
        agrees = False
    if not agrees:
        asked = amount_text(amount, currency) or "nothing"
        raise ToolError(f"Nothing was created: amount and currency ask for {asked}, but amount_shown says otherwise.")


def explained(error: Exception) -> ToolError:
    if isinstance(error, Unreachable):
        return ToolError(f"{error}. The request may exist: call again with the same reference and the same fields.")
    if isinstance(error, Refused) and error.retry_after_seconds:
        return ToolError(f"{error} Try again in {error.retry_after_seconds} s.")
    return ToolError(str(error))


def desk_of(ctx: Call) -> Desk:
    return ctx.request_context.lifespan_context
