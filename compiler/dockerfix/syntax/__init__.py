"""Text to tree: Dockerfiles, their instructions, and the words and shell commands in those."""
