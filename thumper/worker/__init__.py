"""The worker, which holds the model: it claims images, detects in them and writes results."""
