"""When the Stripe key is replaced while the stage runs, the next confirmation uses the new key."""

import pytest


@pytest.fixture
def secret(stage):
    """Sets the Stripe secret of the local stage. Without a value, and at the end, it restores the key."""
    if stage.stripe_stand_in is None:
        pytest.skip("only its operator may rotate the key of a stage on AWS")
    manager = stage.client("secretsmanager")
    named = {each["Name"]: each["ARN"] for each in manager.list_secrets()["SecretList"] if "Stripe" in each["Name"]}
    (arn,) = [arn for name, arn in named.items() if "StripeEvents" not in name]
    key = manager.get_secret_value(SecretId=arn)["SecretString"]
    yield lambda value=key: manager.put_secret_value(SecretId=arn, SecretString=value)
    manager.put_secret_value(SecretId=arn, SecretString=key)


def test_a_rotated_stripe_key_is_picked_up(stage, secret):
    before, after = stage.conversation_at("confirm", "before"), stage.conversation_at("confirm", "after")
    secret("sk_test_of_another_account")
    stage.stripe.plan("unauthorized", session=before.id)

    refused = before.send("confirm")
    secret()
    taken = after.send("confirm")

    assert (refused["status"], refused["error"]["code"]) == ("failed", "processor_unavailable")
    assert taken["payment"]["token"].startswith("pm_")
