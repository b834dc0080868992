"""Files written beside a fal App as they stand here; they run on fal."""
