"""What time does to orders: settles those at Stripe, expires those that are over, announces what was not."""
