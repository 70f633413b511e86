"""The seam to makers outside this process."""
