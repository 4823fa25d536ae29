"""The command `payment-chat`."""
