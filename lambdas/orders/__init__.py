"""The merchant's API: create, get, cancel and announce orders."""
