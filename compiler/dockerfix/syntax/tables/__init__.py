"""Parser tables, which lark makes of ``grammar/*.lark``: ``make grammar`` writes them, no hand does."""
