"""`python -m thumper`: the same as the command `thumper`."""

from thumper.cli import main

if __name__ == "__main__":
    main()
