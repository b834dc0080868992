"""The user's side: cog.yaml, requirements and code, read safely and never written."""
