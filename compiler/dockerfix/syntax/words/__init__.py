"""Words of a Dockerfile: quotes, escapes, variables, and which of them a line sees."""
