"""How good is the model, what would more labels bring, and when to stop."""
