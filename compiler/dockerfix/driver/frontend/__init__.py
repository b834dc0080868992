"""BuildKit's Dockerfile frontend behind its parser: what it refuses, and why.

The frontend works in three steps: the parser (``dockerfix.syntax.dockerfile``), the instructions with their flags and
arguments (`instructions`), and the conversion of all stages into a build (`conversion`). Facts are those of
``moby/buildkit@73ed6825c4b7:frontend/dockerfile``; messages are BuildKit's own.
"""
