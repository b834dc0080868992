"""Writing the fal App: its code, settings and guide."""
