"""Running the compiler: passes over a text, the gate, the result."""
