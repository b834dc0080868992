"""The tables of ``knowledge/*.yaml`` as literals: ``make tables`` writes them, no hand does."""
