"""Text to tree: Dockerfiles, their instructions, the words and shell commands in them."""
