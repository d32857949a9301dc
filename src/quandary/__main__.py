"""``python -m quandary`` is the command ``quandary``."""

from quandary.cli import main

if __name__ == "__main__":
    main()
