"""Parser tables, which lark makes of ``grammar/*.lark``: ``make tables`` writes them, no hand does."""
