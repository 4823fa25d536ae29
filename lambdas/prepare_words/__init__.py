"""Once a day: asks the model for wordings of the script's replies, so that no payer waits for it."""
