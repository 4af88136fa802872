"""What matching knows as data: legal forms, words, renames, distinctions, models. No code; see README.md beside it."""
