"""The conversation: one Lambda function."""
