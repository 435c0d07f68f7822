"""Answers of pupils, encrypted before they reach the database; never a name."""
