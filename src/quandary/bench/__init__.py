"""Fair learning curves of strategies against each other, on the loop that asks people."""
