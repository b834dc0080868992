"""Reading a Dockerfile: text to tree, and what each instruction says."""
