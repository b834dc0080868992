"""``python -m dockerfix``."""

from dockerfix.cli import main

if __name__ == "__main__":
    main()
