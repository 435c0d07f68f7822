"""Keys, lifetimes and deletion with receipts; never a name, never an answer."""
