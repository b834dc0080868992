"""What is known of Cog, fal, CUDA and frameworks: YAML tables with sources, loaded on first use as frozen values."""
