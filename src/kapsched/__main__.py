"""`python -m kapsched`: the command line."""

from kapsched.cli import main

main()
