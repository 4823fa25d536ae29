"""Stripe's public test numbers and tokens: what the issuer of each says when money is asked of it.

https://docs.stripe.com/testing
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str
    message: str
    advice_code: str


DECLINED = "Your card was declined."
DECLINES: Mapping[str, Decline] = {
    "generic_decline": Decline("card_declined", "generic_decline", DECLINED, "try_again_later"),
    "insufficient_funds": Decline(
        "card_declined", "insufficient_funds", "Your card has insufficient funds.", "try_again_later"
    ),
    "lost_card": Decline("card_declined", "lost_card", DECLINED, "do_not_try_again"),
    "stolen_card": Decline("card_declined", "stolen_card", DECLINED, "do_not_try_again"),
    "fraudulent": Decline("card_declined", "fraudulent", DECLINED, "do_not_try_again"),
    "expired_card": Decline("expired_card", "expired_card", "Your card has expired.", "do_not_try_again"),
    "incorrect_cvc": Decline(
        "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "confirm_card_data"
    ),
    "processing_error": Decline(
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        "try_again_later",
    ),
    "authentication_required": Decline(
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "confirm_card_data",
    ),
}

# When the issuer wants 3-D Secure: for every payment and setup, or only as long as the card has not been set up.
Authentication = Literal["always", "unless_set_up"]


@dataclass(frozen=True)
class Issuer:
    """`setup` and `charge` name a decline, or are None when the issuer agrees."""

    setup: str | None = None
    charge: str | None = None
    authentication: Authentication | None = None


AGREES = Issuer()


def declining(reason: str) -> Issuer:
    return Issuer(setup=reason, charge=reason)


FAILS_LATER = Issuer(charge="generic_decline")
UNLESS_SET_UP = Issuer(authentication="unless_set_up")
ALWAYS = Issuer(authentication="always")
THEN_DECLINED = Issuer(setup="generic_decline", charge="generic_decline", authentication="always")
THEN_NO_FUNDS = Issuer(charge="insufficient_funds", authentication="always")

TEST_NUMBERS: Mapping[str, Issuer] = {
    "4000000000000002": declining("generic_decline"),
    "4000000000009995": declining("insufficient_funds"),
    "4000000000009987": declining("lost_card"),
    "4000000000009979": declining("stolen_card"),
    "4000000000000069": declining("expired_card"),
    "4000000000000127": declining("incorrect_cvc"),
    "4000000000000119": declining("processing_error"),
    "4100000000000019": declining("fraudulent"),
    "4000000000000341": FAILS_LATER,
    "4000002500003155": UNLESS_SET_UP,
    "4000002760003184": ALWAYS,
    "4000000000003220": ALWAYS,
    "4000008400001629": THEN_DECLINED,
    "4000008260003178": THEN_NO_FUNDS,
}


@dataclass(frozen=True)
class KnownCard:
    brand: str
    last4: str
    issuer: Issuer = AGREES


# `pm_card_visa` is the same card as `tok_visa`, already made into a PaymentMethod.
TOKENS: Mapping[str, KnownCard] = {
    "tok_visa": KnownCard("visa", "4242"),
    "tok_visa_debit": KnownCard("visa", "5556"),
    "tok_mastercard": KnownCard("mastercard", "4444"),
    "tok_mastercard_debit": KnownCard("mastercard", "3222"),
    "tok_mastercard_prepaid": KnownCard("mastercard", "5100"),
    "tok_amex": KnownCard("amex", "0005"),
    "tok_discover": KnownCard("discover", "1117"),
    "tok_diners": KnownCard("diners", "0004"),
    "tok_jcb": KnownCard("jcb", "0505"),
    "tok_unionpay": KnownCard("unionpay", "0005"),
    "tok_visa_chargeDeclined": KnownCard("visa", "0002", declining("generic_decline")),
    "tok_visa_chargeDeclinedInsufficientFunds": KnownCard("visa", "9995", declining("insufficient_funds")),
    "tok_visa_chargeDeclinedLostCard": KnownCard("visa", "9987", declining("lost_card")),
    "tok_visa_chargeDeclinedStolenCard": KnownCard("visa", "9979", declining("stolen_card")),
    "tok_visa_chargeDeclinedExpiredCard": KnownCard("visa", "0069", declining("expired_card")),
    "tok_visa_chargeDeclinedIncorrectCvc": KnownCard("visa", "0127", declining("incorrect_cvc")),
    "tok_visa_chargeDeclinedProcessingError": KnownCard("visa", "0119", declining("processing_error")),
    "tok_visa_chargeDeclinedFraudulent": KnownCard("visa", "0019", declining("fraudulent")),
    "tok_chargeCustomerFail": KnownCard("visa", "0341", FAILS_LATER),
    "tok_authenticationRequiredOnSetup": KnownCard("visa", "3155", UNLESS_SET_UP),
    "tok_authenticationRequired": KnownCard("visa", "3184", ALWAYS),
    "tok_threeDSecure2Required": KnownCard("visa", "3220", ALWAYS),
    "tok_threeDSecureRequiredChargeDeclined": KnownCard("visa", "1629", THEN_DECLINED),
    "tok_authenticationRequiredChargeDeclinedInsufficientFunds": KnownCard("visa", "3178", THEN_NO_FUNDS),
}
