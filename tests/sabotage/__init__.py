"""Breaks the code on purpose, one small change at a time: the tests that docs/security.md cites have to fail."""
