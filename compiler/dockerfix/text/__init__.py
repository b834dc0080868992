"""Text without loss: its places, edits of it, and findings about it."""
