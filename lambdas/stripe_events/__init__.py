"""What Stripe tells us: an event is a hint to look at an order, and nothing more is taken from it."""
