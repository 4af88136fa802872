"""What people read after a run: figures taken from the published copy. Nothing here computes a discrepancy."""
