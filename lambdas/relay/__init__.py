"""Carries the changes of orders from the table's stream to the event bus."""
