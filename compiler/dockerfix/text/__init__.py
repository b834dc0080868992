"""The ground: text without loss, edits of it, and what is found in it."""
