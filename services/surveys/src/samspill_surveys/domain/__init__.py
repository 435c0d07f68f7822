"""What a survey is and who may do what with it; plain Python."""
