"""The version, written once; a literal, since reading package metadata would cost every start 30 ms."""

__version__ = "0.1.0"
