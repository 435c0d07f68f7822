"""How identity is called."""
