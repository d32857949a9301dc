"""What the pool looks like without its labels: scales, distances, kernels, neighbors."""
