"""From a Cog predictor to a fal App."""
