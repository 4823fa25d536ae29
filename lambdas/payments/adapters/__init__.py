"""What carries orders: the orders table, Stripe, the key of the links, the event bus."""
