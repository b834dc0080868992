"""The words of a Dockerfile: quotes, escapes and variables, and the variables that each line sees."""
