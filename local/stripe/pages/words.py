"""The handful of words on a Checkout page, in some of the languages that Stripe has; English in all others."""

from collections.abc import Mapping

ENGLISH = {
    "pay": "Pay {merchant}",
    "save": "Save your card for {merchant}",
    "email": "Email",
    "number": "Card number",
    "expiry": "Expiry (MM/YY)",
    "cvc": "CVC",
    "name": "Name on card",
    "pay_now": "Pay {amount}",
    "save_now": "Save card",
    "wallet": "Pay with Apple Pay",
    "back": "Back to {merchant}",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "de": {
        "pay": "{merchant} bezahlen",
        "save": "Karte für {merchant} speichern",
        "email": "E-Mail",
        "number": "Kartennummer",
        "expiry": "Gültig bis (MM/JJ)",
        "cvc": "Prüfziffer",
        "name": "Name auf der Karte",
        "pay_now": "{amount} zahlen",
        "save_now": "Karte speichern",
        "wallet": "Mit Apple Pay zahlen",
        "back": "Zurück zu {merchant}",
    },
    "fr": {
        "pay": "Payer {merchant}",
        "save": "Enregistrer votre carte pour {merchant}",
        "email": "E-mail",
        "number": "Numéro de carte",
        "expiry": "Expiration (MM/AA)",
        "cvc": "Code de sécurité",
        "name": "Nom du titulaire",
        "pay_now": "Payer {amount}",
        "save_now": "Enregistrer la carte",
        "wallet": "Payer avec Apple Pay",
        "back": "Retour à {merchant}",
    },
    "es": {
        "pay": "Pagar a {merchant}",
        "save": "Guardar la tarjeta para {merchant}",
        "email": "Correo electrónico",
        "number": "Número de tarjeta",
        "expiry": "Caducidad (MM/AA)",
        "cvc": "Código de seguridad",
        "name": "Nombre en la tarjeta",
        "pay_now": "Pagar {amount}",
        "save_now": "Guardar la tarjeta",
        "wallet": "Pagar con Apple Pay",
        "back": "Volver a {merchant}",
    },
}


def language_of(locale: str | None) -> str:
    language = (locale or "en").partition("-")[0]
    return language if language in WORDS else "en"


def words(language: str, **values: str) -> dict[str, str]:
    return {name: text.format(**values) for name, text in WORDS[language].items()}
