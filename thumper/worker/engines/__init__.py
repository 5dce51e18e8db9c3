"""One file an inference engine. Only here may a model library be imported."""
