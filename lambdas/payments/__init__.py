"""What a payment is: the order, its money, and how what Stripe reports settles it."""
