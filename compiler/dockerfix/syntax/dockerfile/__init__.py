"""Dockerfiles: text to tree, and what each instruction says."""
