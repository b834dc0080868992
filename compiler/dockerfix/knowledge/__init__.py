"""Facts about Cog, fal, CUDA and Debian: typed literals, one module a subject, each below the source that states it.

A constant whose name ends in ``SOURCE`` names the source of the constants and functions that follow it, up to the next
one. ``AS_OF`` is the day on which the facts of a module were last compared with their sources.
"""
