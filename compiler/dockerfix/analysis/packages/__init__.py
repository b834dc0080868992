"""Packages of Debian and Python: what is asked for, what is installed."""
