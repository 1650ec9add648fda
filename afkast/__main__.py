"""`python -m afkast` is the command `afkast`."""

from afkast.cli import main

if __name__ == "__main__":
    main(prog_name="afkast")
