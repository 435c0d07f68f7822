"""What is accepted as an answer, who has answered, and what happened; plain Python."""
