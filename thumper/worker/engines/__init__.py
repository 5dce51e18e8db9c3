"""Inference engines, one a file. Only here may a model library be imported."""
