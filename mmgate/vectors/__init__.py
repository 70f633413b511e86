"""Reference vectors: inputs with the reference's answers, for those who write the same system in another language."""
