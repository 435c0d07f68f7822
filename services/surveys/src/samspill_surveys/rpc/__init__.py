"""How the surveys service is called; translation and nothing else."""
