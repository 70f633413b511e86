"""What must hold of a maker, whoever wrote it."""
