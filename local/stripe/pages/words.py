"""The handful of words on a Checkout page, in the languages that Stripe and our conversation share; else English."""

from collections.abc import Mapping

NAMES = (
    "pay", "save", "email", "number", "expiry", "cvc", "name", "pay_now", "save_now", "wallet", "back",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Pay {merchant}", "Save your card for {merchant}", "Email", "Card number", "Expiry (MM/YY)", "CVC",
        "Name on card", "Pay {amount}", "Save card", "Pay with Apple Pay", "Back to {merchant}",
    ),
    "de": (
        "{merchant} bezahlen", "Karte für {merchant} speichern", "E-Mail", "Kartennummer", "Gültig bis (MM/JJ)",
        "Prüfziffer", "Name auf der Karte", "{amount} zahlen", "Karte speichern", "Mit Apple Pay zahlen",
        "Zurück zu {merchant}",
    ),
    "es": (
        "Pagar a {merchant}", "Guardar la tarjeta para {merchant}", "Correo electrónico", "Número de tarjeta",
        "Caducidad (MM/AA)", "Código de seguridad", "Nombre en la tarjeta", "Pagar {amount}", "Guardar la tarjeta",
        "Pagar con Apple Pay", "Volver a {merchant}",
    ),
    "fr": (
        "Payer {merchant}", "Enregistrer votre carte pour {merchant}", "E-mail", "Numéro de carte",
        "Expiration (MM/AA)", "Code de sécurité", "Nom du titulaire", "Payer {amount}", "Enregistrer la carte",
        "Payer avec Apple Pay", "Retour à {merchant}",
    ),
    "it": (
        "Paga {merchant}", "Salva la carta per {merchant}", "E-mail", "Numero della carta", "Scadenza (MM/AA)", "CVC",
        "Nome sulla carta", "Paga {amount}", "Salva la carta", "Paga con Apple Pay", "Torna a {merchant}",
    ),
    "ja": (
        "{merchant} に支払う", "{merchant} にカードを登録", "メールアドレス", "カード番号", "有効期限 (月/年)",
        "セキュリティコード", "カード名義人", "{amount} を支払う", "カードを登録", "Apple Pay で支払う",
        "{merchant} に戻る",
    ),
    "nl": (
        "Betaal {merchant}", "Kaart opslaan voor {merchant}", "E-mail", "Kaartnummer", "Vervaldatum (MM/JJ)", "CVC",
        "Naam op kaart", "{amount} betalen", "Kaart opslaan", "Betalen met Apple Pay", "Terug naar {merchant}",
    ),
    "pt": (
        "Pagar {merchant}", "Salvar o cartão para {merchant}", "E-mail", "Número do cartão", "Validade (MM/AA)", "CVC",
        "Nome no cartão", "Pagar {amount}", "Salvar o cartão", "Pagar com Apple Pay", "Voltar para {merchant}",
    ),
    "zh": (
        "向 {merchant} 付款", "为 {merchant} 保存银行卡", "电子邮件", "卡号", "有效期 (月/年)", "安全码", "持卡人姓名",
        "支付 {amount}", "保存银行卡", "使用 Apple Pay 支付", "返回 {merchant}",
    ),
}  # fmt: skip


def language_of(locale: str | None) -> str:
    language = (locale or "en").partition("-")[0]
    return language if language in WORDS else "en"


def words(language: str, **values: str) -> dict[str, str]:
    return {name: text.format(**values) for name, text in zip(NAMES, WORDS[language], strict=True)}
