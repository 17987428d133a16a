"""`python -m whowaits` is `whowaits`."""

from whowaits.cli import main

if __name__ == "__main__":
    main()
