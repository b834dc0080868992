"""Files that are copied unchanged beside a fal App; they run on fal."""
