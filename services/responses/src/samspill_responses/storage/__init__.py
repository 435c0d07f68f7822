"""Where acceptance, states and ciphertexts are kept."""
