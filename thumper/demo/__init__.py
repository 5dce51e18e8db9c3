"""Pictures that the program draws itself, for people who have no photos at hand."""
