"""The function starts with every setting right, or not at all, and says which one is wrong."""

import pytest

from chat.settings import BadSetting, read

COMPLETE = {
    "STAGE": "dev",
    "SESSIONS_TABLE": "sessions",
    "RECEIPTS_TABLE": "receipts",
    "ATTEMPTS_TABLE": "attempts",
    "SEALING_KEY": "key-1",
    "COUNTING_KEY": "key-2",
    "STRIPE_SECRET": "secret",
    "MODEL_ID": "",
    "WORDING": "prepared",
    "POINTING": "true",
    "WORDINGS_TABLE": "wordings",
    "BRANDS": "visa,amex",
    "CONTACT": "help@example.com",
    "ATTEMPTS_PER_ADDRESS": "10",
    "ATTEMPTS_PER_CARD": "5",
    "TEST_TOKENS": "true",
    "ORDERS_TABLE": "orders",
    "MERCHANT": "ACME",
    "CAPTURES": "hosted",
    "PAGE_URL": "https://pay.example.com",
    "WALLETS": "true",
}


def test_a_complete_environment_is_read():
    settings = read(COMPLETE)

    assert (settings.stage, settings.attempts_per_card, settings.test_tokens) == ("dev", 5, True)
    assert sorted(settings.brands) == ["amex", "visa"]


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_setting_is_named(name):
    with pytest.raises(BadSetting, match=name):
        read({key: value for key, value in COMPLETE.items() if key != name})


@pytest.mark.parametrize("name", ["STRIPE_URL", "MODEL_URL", "RETURN_URL"])
def test_only_the_local_stage_may_talk_to_a_stand_in(name):
    with pytest.raises(BadSetting, match=name):
        read(COMPLETE | {name: "http://127.0.0.1:1"})

    assert read(COMPLETE | {name: "http://127.0.0.1:1", "STAGE": "local"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BRANDS", "visa,vista"),
        ("BRANDS", ""),
        ("CAPTURES", "chat,page"),
        ("CAPTURES", ""),
        ("ATTEMPTS_PER_CARD", "many"),
        ("WORDING", "often"),
        ("STRIPE_LOG", "debug"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name, value):
    with pytest.raises(BadSetting, match=name):
        read(COMPLETE | {name: value})


def test_settings_read_no_secret():
    assert "sk_" not in repr(read(COMPLETE))
