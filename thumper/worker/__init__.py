"""The one holder of the model: it claims images, looks at them and writes down what it saw."""
