"""The build context as fal's client sees it."""
