"""Hypothesis strategies: whole Dockerfiles, shell commands, and projects of Cog's with what Cog prints for them."""
