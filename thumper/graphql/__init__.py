"""What clients may ask, by noun. Holds no SQL, no arithmetic and opens no file."""
