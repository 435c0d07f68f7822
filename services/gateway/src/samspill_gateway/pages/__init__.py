"""One module per family of pages: they parse, call, render."""
