"""The user's files: cog.yaml, requirements and code, read safely and never written."""
