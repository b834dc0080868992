"""Coverage-guided fuzzing of the compiler with atheris; ``make fuzz`` runs it, README.md says more."""
