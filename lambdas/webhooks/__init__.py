"""Sends the events of orders to the merchant's server."""
