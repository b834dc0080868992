"""What dockerfix tells: one module a form."""
