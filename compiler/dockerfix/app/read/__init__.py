"""Reading a predictor: its inputs, outputs and weights, without running it."""
