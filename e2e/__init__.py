"""Real builds of what dockerfix writes: base images made here, stand-ins for the unreachable, checks in the image."""
